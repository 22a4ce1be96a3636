// SPDX-License-Identifier: GPL-3.0-or-later
// See lane.h.
#include "gui/probe/lane.h"

#include <curl/curl.h>

#include <algorithm>
#include <sys/epoll.h>

namespace openloop::probe
{

namespace
{

constexpr qsizetype expectationLimit = 1 << 20;
constexpr std::size_t idleKept = 64;
constexpr long maxIdleSeconds = 4;

/// libcurl's global state, set up before the first lane of the process and never torn down: threads may still
/// use it.
void initOnce()
{
    static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    Q_UNUSED(done)
}

struct EasyDeleter {
    void operator()(CURL *easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
    void operator()(curl_slist *list) const { curl_slist_free_all(list); }
};

Nanoseconds timeOf(CURL *easy, CURLINFO info)
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy, info, &microseconds);
    return std::chrono::microseconds(std::max<curl_off_t>(0, microseconds));
}

long longOf(CURL *easy, CURLINFO info)
{
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

QByteArray headerOf(CURL *easy, const char *name)
{
    curl_header *header = nullptr;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return {};
    return header->value;
}

Outcome outcomeOf(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return Outcome::Ok;
    case CURLE_OPERATION_TIMEDOUT:
        return Outcome::TimedOut;
    case CURLE_COULDNT_CONNECT:
        return Outcome::Refused;
    case CURLE_COULDNT_RESOLVE_HOST:
        return Outcome::Unresolved;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_ABORTED_BY_CALLBACK: // our refusal to let libcurl hide a broken connection
        return Outcome::Reset;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return Outcome::TlsFailed;
    default:
        return Outcome::Failed;
    }
}

} // namespace

struct Lane::Multi {
    Multi()
        : handle(curl_multi_init())
    {
    }
    ~Multi() { curl_multi_cleanup(handle); }
    Multi(const Multi &) = delete;
    Multi &operator=(const Multi &) = delete;

    CURLM *handle;
};

struct Lane::Transfer {
    std::unique_ptr<CURL, EasyDeleter> easy{curl_easy_init()};
    std::unique_ptr<curl_slist, ListDeleter> headers;
    char error[CURL_ERROR_SIZE] = {};
    qsizetype keep = 0;
    Instant due, sent;
    QByteArray body;
    qint64 bytes = 0;
    int attempts = 0;

    template <typename Value> void set(CURLoption option, Value value)
    {
        curl_easy_setopt(easy.get(), option, value);
    }
};

Lane::Lane(Reactor &reactor, const Target &target, qsizetype keepBody, Done done)
    : m_reactor(reactor)
    , m_target(target)
    , m_keepBody(keepBody)
    , m_done(std::move(done))
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
    abortAll();
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

int Lane::onTimer(CURLM *, long milliseconds, void *lane)
{
    static_cast<Lane *>(lane)->m_deadline = milliseconds < 0
        ? Instant::max()
        : std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
}

std::unique_ptr<Lane::Transfer> Lane::newTransfer()
{
    auto transfer = std::make_unique<Transfer>();
    auto &t = *transfer;
    t.keep = std::max(m_keepBody, m_target.expectation.bodyContains.isEmpty() ? 0 : expectationLimit);
    t.set(CURLOPT_PRIVATE, transfer.get());
    t.set(CURLOPT_ERRORBUFFER, t.error);
    t.set(CURLOPT_NOSIGNAL, 1L);
    t.set(CURLOPT_QUICK_EXIT, 1L); // a look-up that hangs must not hold this thread when its request times out
    t.set(CURLOPT_PROXY,
          ""); // what is measured is the service, not a proxy that an environment variable names
    t.set(CURLOPT_PROTOCOLS_STR, "http,https");
    t.set(CURLOPT_HTTP_VERSION,
          long(CURL_HTTP_VERSION_1_1)); // one request at a time per connection: phases mean something
    t.set(CURLOPT_USERAGENT, "openloop-monitor/" OPENLOOP_VERSION);
    t.set(CURLOPT_MAXAGE_CONN, maxIdleSeconds);
    t.set(CURLOPT_DNS_CACHE_TIMEOUT, 5L); // a service may move; kept connections need no look-up
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(m_target.timeout).count();
    t.set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    t.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout));
    t.set(CURLOPT_SSL_VERIFYPEER, m_target.verifyTls ? 1L : 0L);
    t.set(CURLOPT_SSL_VERIFYHOST, m_target.verifyTls ? 2L : 0L);
    t.set(CURLOPT_FRESH_CONNECT, m_target.newConnectionEachTime ? 1L : 0L);
    t.set(CURLOPT_FORBID_REUSE, m_target.newConnectionEachTime ? 1L : 0L);
    const bool posts = m_target.method == "POST" || !m_target.body.isEmpty();
    if (posts) {
        t.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_target.body.size()));
        t.set(CURLOPT_POSTFIELDS, m_target.body.constData());
    }
    if (m_target.method == "HEAD")
        t.set(CURLOPT_NOBODY, 1L);
    else if (m_target.method != (posts ? "POST" : "GET"))
        t.set(CURLOPT_CUSTOMREQUEST, m_target.method.constData());
    for (const auto &header : m_target.headers) {
        const auto line =
            header.name.toUtf8() + (header.value.isEmpty() ? ";" : ": ") + header.value.toUtf8();
        t.headers.reset(curl_slist_append(t.headers.release(), line.constData()));
    }
    t.set(CURLOPT_HTTPHEADER, t.headers.get());

    t.set(CURLOPT_WRITEDATA, transfer.get());
    t.set(
        CURLOPT_WRITEFUNCTION, +[](char *data, std::size_t, std::size_t size, void *transfer) {
            auto *to = static_cast<Transfer *>(transfer);
            const auto bytes = static_cast<qsizetype>(size);
            to->bytes += bytes;
            to->body.append(data, std::clamp<qsizetype>(to->keep - to->body.size(), 0, bytes));
            return size;
        });
    // On a kept connection that breaks, libcurl silently tries again on a new one. A second attempt is a
    // fault to report.
    t.set(CURLOPT_PREREQDATA, transfer.get());
    t.set(
        CURLOPT_PREREQFUNCTION, +[](void *transfer, char *, char *, int, int) {
            return ++static_cast<Transfer *>(transfer)->attempts > 1 ? CURL_PREREQFUNC_ABORT
                                                                     : CURL_PREREQFUNC_OK;
        });
    return transfer;
}

void Lane::start(const QByteArray &url, Instant due)
{
    std::unique_ptr<Transfer> transfer;
    if (m_idle.empty()) {
        transfer = newTransfer();
    } else {
        transfer = std::move(m_idle.back());
        m_idle.pop_back();
    }
    transfer->set(CURLOPT_URL, url.constData());
    transfer->due = due;
    transfer->attempts = 0;
    transfer->bytes = 0;
    transfer->body.clear();
    transfer->error[0] = '\0';
    transfer->sent = std::chrono::steady_clock::now();
    curl_multi_add_handle(m_multi->handle, transfer->easy.get());
    m_active.push_back(std::move(transfer));
    act(CURL_SOCKET_TIMEOUT, 0); // connect and write now, not in the next round
}

void Lane::abortAll()
{
    for (const auto &transfer : m_active)
        curl_multi_remove_handle(m_multi->handle, transfer->easy.get());
    m_active.clear();
    m_idle.clear();
    m_deadline = Instant::max();
}

std::vector<Instant> Lane::openDues() const
{
    std::vector<Instant> dues;
    dues.reserve(m_active.size());
    for (const auto &transfer : m_active)
        dues.push_back(transfer->due);
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
    if (now < m_deadline)
        return;
    m_deadline = Instant::max();
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
        const auto at =
            std::ranges::find(m_active, easy, [](const auto &active) { return active->easy.get(); });
        auto transfer = std::move(*at);
        *at = std::move(m_active.back());
        m_active.pop_back();
        finish(std::move(transfer), code);
    }
}

void Lane::finish(std::unique_ptr<Transfer> transfer, int code)
{
    auto *easy = transfer->easy.get();
    Answer answer;
    auto &sample = answer.sample;
    sample.due = transfer->due;
    sample.sent = transfer->sent;
    sample.done = std::chrono::steady_clock::now();
    sample.outcome = outcomeOf(static_cast<CURLcode>(code));
    sample.status = static_cast<quint16>(longOf(easy, CURLINFO_RESPONSE_CODE));
    sample.bytes = transfer->bytes;
    sample.reused = longOf(easy, CURLINFO_NUM_CONNECTS) == 0 && sample.status != 0;

    const auto dns = timeOf(easy, CURLINFO_NAMELOOKUP_TIME_T);
    const auto tcp = std::max(dns, timeOf(easy, CURLINFO_CONNECT_TIME_T));
    const auto tls = std::max(tcp, timeOf(easy, CURLINFO_APPCONNECT_TIME_T));
    const auto first = timeOf(easy, CURLINFO_STARTTRANSFER_TIME_T);
    if (!sample.reused)
        sample.phases = {dns, tcp - dns, tls - tcp, {}, {}};
    const auto connected =
        std::min(sample.done, sample.sent + sample.phases.dns + sample.phases.tcp + sample.phases.tls);
    sample.firstByte =
        first > Nanoseconds(0) ? std::clamp(sample.sent + first, connected, sample.done) : sample.done;
    sample.phases.firstByte = sample.firstByte - connected;
    sample.phases.body = sample.done - sample.firstByte;

    if (sample.outcome == Outcome::Ok) {
        sample.serverTiming = headerOf(easy, "Server-Timing");
        sample.requestId = headerOf(easy, "X-Request-Id");
        answer.contentType = headerOf(easy, "Content-Type");
        answer.location = headerOf(easy, "Location");
        const auto &expectation = m_target.expectation;
        if (sample.status < expectation.statusFrom || sample.status > expectation.statusTo)
            sample.outcome = Outcome::HttpError;
        else if (!expectation.bodyContains.isEmpty() && !transfer->body.contains(expectation.bodyContains))
            sample.outcome = Outcome::WrongAnswer;
    } else {
        const auto *words =
            transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(static_cast<CURLcode>(code));
        answer.error = words;
    }
    answer.body = std::exchange(transfer->body, {});
    if (m_idle.size() < idleKept)
        m_idle.push_back(std::move(transfer));
    m_done(std::move(answer));
}

} // namespace openloop::probe
