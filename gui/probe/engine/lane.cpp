// SPDX-License-Identifier: GPL-3.0-or-later
// Drives the multi handle from the reactor: which sockets, until when, and what is done.
#include "gui/probe/engine/lane.h"

#include "gui/probe/engine/transfer.h"

#include <algorithm>
#include <sys/epoll.h>
#include <unistd.h>

namespace openloop::probe {

namespace {

// One is enough but in a stall, whose crowd would else stay for ever: each takes tens of kilobytes.
constexpr std::size_t idleKept = 4;

/// libcurl's global state, set up before the first lane of the process and never torn down: threads may still
/// use it.
void initOnce()
{
    static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    Q_UNUSED(done)
}

} // namespace

struct Lane::Multi {
    Multi() : handle(curl_multi_init()) { }
    ~Multi() { curl_multi_cleanup(handle); }
    Multi(const Multi &) = delete;
    Multi &operator=(const Multi &) = delete;

    CURLM *handle;
};

Lane::Lane(Reactor &reactor, const Target &target, qsizetype keepBody, Done done)
    : m_reactor(reactor), m_target(target), m_keepBody(keepBody), m_done(std::move(done))
{
    initOnce();
    m_multi = std::make_unique<Multi>();
    curl_multi_setopt(m_multi->handle, CURLMOPT_SOCKETFUNCTION, &Lane::onSocket);
    curl_multi_setopt(m_multi->handle, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi->handle, CURLMOPT_TIMERFUNCTION, &Lane::onTimer);
    curl_multi_setopt(m_multi->handle, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m_multi->handle, CURLMOPT_MAXCONNECTS, 256L);
}

Lane::~Lane()
{
    Lane::abortAll();
    m_multi.reset(); // calls back to unwatch its sockets
}

int Lane::onSocket(CURL *, int fd, int what, void *lane, void *)
{
    const unsigned events = what == CURL_POLL_IN ? EPOLLIN
        : what == CURL_POLL_OUT                  ? EPOLLOUT
        : what == CURL_POLL_INOUT                ? EPOLLIN | EPOLLOUT
                                                 : 0u;
    auto *self = static_cast<Lane *>(lane);
    self->m_reactor.watch(fd, events, self);
    return 0;
}

/// Of connections only: libcurl has descriptors that it closes without a word.
void Lane::keepSockets(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
    curl_easy_setopt(
        easy, CURLOPT_SOCKOPTFUNCTION, +[](void *lane, curl_socket_t fd, curlsocktype) {
            static_cast<Lane *>(lane)->m_reactor.keep(fd);
            return int(CURL_SOCKOPT_OK);
        });
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
    curl_easy_setopt(
        easy, CURLOPT_CLOSESOCKETFUNCTION, +[](void *lane, curl_socket_t fd) {
            static_cast<Lane *>(lane)->m_reactor.closing(fd);
            return ::close(fd);
        });
}

int Lane::onTimer(CURLM *, long milliseconds, void *lane)
{
    static_cast<Lane *>(lane)->m_deadline =
        milliseconds < 0 ? Instant::max() : std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

void Lane::start(const QByteArray &url, Instant due)
{
    if (m_idle.empty()) {
        const auto expected = m_target.expectation.needsBody() ? Expectation::judgedBytes : 0;
        m_idle.push_back(std::make_unique<Transfer>(m_target, std::max(m_keepBody, expected)));
        keepSockets(m_idle.back()->easy());
    }
    auto transfer = std::move(m_idle.back());
    m_idle.pop_back();
    transfer->prepare(url, due);
    curl_multi_add_handle(m_multi->handle, transfer->easy());
    m_active.push_back(std::move(transfer));
    actOnTimeout(); // connect and write now, not in the next round
}

void Lane::abortAll()
{
    for (const auto &transfer : m_active)
        curl_multi_remove_handle(m_multi->handle, transfer->easy());
    m_active.clear();
    m_idle.clear();
    m_deadline = Instant::max();
}

std::vector<Instant> Lane::openDues() const
{
    std::vector<Instant> dues;
    dues.reserve(m_active.size());
    for (const auto &transfer : m_active)
        dues.push_back(transfer->due());
    return dues;
}

void Lane::ready(int fd, unsigned epollEvents)
{
    const int bits = ((epollEvents & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0)
        | ((epollEvents & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0)
        | ((epollEvents & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    act(fd, bits);
}

void Lane::onDeadline(Instant now)
{
    if (now >= m_deadline)
        actOnTimeout();
}

void Lane::actOnTimeout()
{
    m_deadline = Instant::max(); // libcurl tells a new one, but of none it says nothing
    act(CURL_SOCKET_TIMEOUT, 0);
}

void Lane::act(int fd, int bits)
{
    int running = 0;
    curl_multi_socket_action(m_multi->handle, fd, bits, &running);
    collect();
}

void Lane::collect()
{
    int left = 0;
    while (const auto *message = curl_multi_info_read(m_multi->handle, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const auto code = message->data.result; // the message dies with the handle's removal
        auto *easy = message->easy_handle;
        curl_multi_remove_handle(m_multi->handle, easy);
        const auto at = std::ranges::find(m_active, easy, [](const auto &active) { return active->easy(); });
        auto transfer = std::move(*at);
        *at = std::move(m_active.back());
        m_active.pop_back();
        auto answer = transfer->answer(code);
        // Only a handshake shows the certificate; what goes over its connection later is under the same one.
        if (answer.sample.certificateLeft)
            m_certificateEnd = answer.sample.done + *answer.sample.certificateLeft;
        else if (m_certificateEnd)
            answer.sample.certificateLeft = *m_certificateEnd - answer.sample.done;
        if (m_idle.size() < idleKept)
            m_idle.push_back(std::move(transfer));
        m_done(std::move(answer));
    }
}

} // namespace openloop::probe
