// SPDX-License-Identifier: GPL-3.0-or-later
// Fills a small stock in a thread of low priority; a constant URL needs none.
#include "gui/probe/engine/url_feeder.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace openloop::probe {

UrlFeeder::UrlFeeder(UrlTemplate url, std::size_t depth) : m_template(std::move(url)), m_depth(depth)
{
    if (m_template.isConstant()) {
        m_constant = m_template.text();
        return;
    }
    m_source = std::make_unique<SemiprimeSource>();
    m_thread = std::jthread([this](std::stop_token stop) { fill(stop); });
}

UrlFeeder::~UrlFeeder() = default;

QByteArray UrlFeeder::next()
{
    if (m_template.isConstant())
        return m_constant;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_ready.empty()) {
            auto url = std::move(m_ready.front());
            m_ready.pop_front();
            m_taken.notify_one();
            return url;
        }
    }
    return m_template.expanded(*m_source);
}

void UrlFeeder::fill(std::stop_token stop)
{
    prctl(PR_SET_NAME, "urls");
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
    SemiprimeSource source;
    while (!stop.stop_requested()) {
        auto url = m_template.expanded(source);
        std::unique_lock lock(m_mutex);
        m_ready.push_back(std::move(url));
        m_taken.wait(lock, stop, [this] { return m_ready.size() < m_depth; });
    }
}

} // namespace openloop::probe
