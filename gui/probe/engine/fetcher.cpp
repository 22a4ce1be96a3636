// SPDX-License-Identifier: GPL-3.0-or-later
// A thread of its own with a lane for each errand; calls back in the thread that asked.
#include "gui/probe/engine/fetcher.h"

#include "gui/probe/engine/lane.h"
#include "gui/probe/targets/url_template.h"

#include <sys/prctl.h>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

/// Why there is no answer: in our words, which are translated, where they say as much as libcurl's.
QString reasonOf(const Answer &answer)
{
    switch (answer.sample.outcome) {
    case Outcome::Refused:
    case Outcome::TimedOut:
    case Outcome::Unresolved:
        if (!answer.error.isEmpty())
            return outcomeName(answer.sample.outcome);
        break;
    default: break;
    }
    return QString::fromUtf8(answer.error);
}

Fetched fetchedFrom(Answer answer)
{
    Fetched fetched;
    fetched.status = answer.error.isEmpty() ? answer.sample.status : 0;
    fetched.error = reasonOf(answer);
    fetched.body = std::move(answer.body);
    fetched.contentType = answer.contentType;
    fetched.location = answer.location;
    return fetched;
}

} // namespace

class Fetcher::Private
{
public:
    explicit Private(Fetcher &fetcher) : q(fetcher), thread([this](std::stop_token stop) { run(stop); }) { }
    ~Private()
    {
        thread.request_stop();
        reactor.wake();
        thread.join();
    }

    void fetch(const Target &request, Done done)
    {
        reactor.post([this, request, done = std::move(done)] { start(request, done); });
    }

private:
    struct Errand {
        std::unique_ptr<Lane> lane;
        bool finished = false;
    };

    void start(const Target &request, const Done &done)
    {
        auto errand = std::make_unique<Errand>();
        auto *self = errand.get();
        errand->lane = std::make_unique<Lane>(reactor, request, mostBytes, [this, self, done](Answer answer) {
            self->finished = true; // the lane is in the middle of this call: it goes in the next round
            QMetaObject::invokeMethod(
                &q, [done, fetched = fetchedFrom(std::move(answer))] { done(fetched); }, Qt::QueuedConnection);
        });
        const auto url = UrlTemplate::parse(request.url);
        errand->lane->start(url ? url->expanded(semiprimes) : request.url.toUtf8(), std::chrono::steady_clock::now());
        errands.push_back(std::move(errand));
    }

    void run(std::stop_token stop)
    {
        prctl(PR_SET_NAME, "fetcher");
        while (!stop.stop_requested()) {
            auto deadline = std::chrono::steady_clock::now() + 1h;
            for (const auto &errand : errands)
                errand->lane->onDeadline(std::chrono::steady_clock::now());
            std::erase_if(errands, [](const auto &errand) { return errand->finished; });
            for (const auto &errand : errands)
                deadline = std::min(deadline, errand->lane->deadline());
            reactor.waitUntil(deadline);
        }
        errands.clear();
    }

    Fetcher &q;
    Reactor reactor;
    SemiprimeSource semiprimes;
    std::vector<std::unique_ptr<Errand>> errands;
    std::jthread thread;
};

Fetcher::Fetcher(QObject *parent) : QObject(parent), m_private(std::make_unique<Private>(*this)) { }

Fetcher::~Fetcher() = default;

void Fetcher::fetch(const Target &request, Done done)
{
    m_private->fetch(request, std::move(done));
}

void Fetcher::get(const QString &url, Done done)
{
    Target request;
    request.name = QStringLiteral("fetch");
    request.url = url;
    m_private->fetch(request, std::move(done));
}

} // namespace openloop::probe
