// SPDX-License-Identifier: GPL-3.0-or-later
// Sets up an easy handle, reads its times and headers, and judges the answer by the expectation.
#include "gui/probe/engine/transfer.h"

#include "gui/probe/samples/words.h"

#include <QDateTime>
#include <QUrl>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr long maxIdleSeconds = 4;
constexpr long maxLifeSeconds = 30; // then a new connection looks its name up again, and follows a service that moved

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

/// Null where there is none.
QByteArray headerOf(CURL *easy, const char *name)
{
    curl_header *header = nullptr;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return {};
    return header->value;
}

QByteArray textOf(CURL *easy, CURLINFO info)
{
    const char *text = nullptr;
    curl_easy_getinfo(easy, info, &text);
    return text;
}

bool isSafe(const QByteArray &method)
{
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

Outcome outcomeOf(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return Outcome::Ok;
    case CURLE_OPERATION_TIMEDOUT: return Outcome::TimedOut;
    case CURLE_COULDNT_CONNECT: return Outcome::Refused;
    case CURLE_COULDNT_RESOLVE_HOST: return Outcome::Unresolved;
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
    case CURLE_SSL_CACERT_BADFILE: // this machine has no authorities at all
    case CURLE_SSL_ISSUER_ERROR: return Outcome::TlsFailed;
    default: return Outcome::Failed;
    }
}

} // namespace

Transfer::Transfer(const Target &target, qsizetype keepBody)
    : m_target(target), m_isSafe(isSafe(target.method)), m_judge(target.expectation), m_keep(keepBody)
{
    setConnection();
    setRequest();
    setOptions();
    setCallbacks();
}

void Transfer::setConnection()
{
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, m_error);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L); // a look-up that hangs must not hold this thread when its request times out
    set(CURLOPT_PROXY,
        ""); // what is measured is the service, not a proxy that an environment variable names
    if (m_target.options.proxy.isEmpty())
        set(CURLOPT_NOPROXY, "*"); // or it would look for that variable with each request
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    // One request at a time per connection, so that phases mean something, unless it is asked for otherwise.
    set(CURLOPT_HTTP_VERSION, long(m_target.options.http2 ? CURL_HTTP_VERSION_2_0 : CURL_HTTP_VERSION_1_1));
    set(CURLOPT_USERAGENT, "openloop-monitor/" OPENLOOP_VERSION);
    set(CURLOPT_MAXAGE_CONN, maxIdleSeconds);
    set(CURLOPT_DNS_CACHE_TIMEOUT, 5L); // a service may move; kept connections need no look-up
    const auto host = QUrl(m_target.url).host();
    if (std::ranges::any_of(host, [](QChar c) { return c.isLetter(); }) && !host.contains(u':'))
        set(CURLOPT_MAXLIFETIME_CONN, maxLifeSeconds);
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(m_target.timeout).count();
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout));
    set(CURLOPT_SSL_VERIFYPEER, m_target.verifyTls ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, m_target.verifyTls ? 2L : 0L);
    set(CURLOPT_CERTINFO, 1L); // when it ends; read at handshakes only
    set(CURLOPT_FRESH_CONNECT, m_target.newConnectionEachTime ? 1L : 0L);
    set(CURLOPT_FORBID_REUSE, m_target.newConnectionEachTime ? 1L : 0L);
}

void Transfer::setRequest()
{
    const bool hasForm = !m_target.options.form.isEmpty();
    const bool hasBody = m_target.options.hasBody.value_or(m_target.method == "POST" || !m_target.body.isEmpty());
    const bool posts = hasForm || hasBody;
    if (hasForm) {
        setForm();
    } else if (posts) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_target.body.size()));
        set(CURLOPT_POSTFIELDS, m_target.body.constData());
    }
    if (m_target.method == "HEAD")
        set(CURLOPT_NOBODY, 1L);
    else if (m_target.options.keepMethod || m_target.method != (posts ? "POST" : "GET"))
        set(CURLOPT_CUSTOMREQUEST, m_target.method.constData());
    bool asksForEncoding = false;
    for (const auto &header : m_target.headers) {
        m_headers.reset(curl_slist_append(m_headers.release(), header.line().toUtf8().constData()));
        asksForEncoding = asksForEncoding || header.name.compare("Accept-Encoding"_L1, Qt::CaseInsensitive) == 0;
    }
    // What comes encoded is decoded before it is judged; to ask for that is another thing.
    m_decodes = m_target.options.compressed || asksForEncoding || m_target.expectation.needsBody();
    if (m_decodes)
        set(CURLOPT_ACCEPT_ENCODING, "");
    if (!m_target.options.compressed && !asksForEncoding)
        m_headers.reset(curl_slist_append(m_headers.release(), "Accept-Encoding:"));
    set(CURLOPT_HTTPHEADER, m_headers.get());
}

void Transfer::setForm()
{
    m_form.reset(curl_mime_init(m_easy.get()));
    for (const auto &part : m_target.options.form) {
        auto *at = curl_mime_addpart(m_form.get());
        if (!part.name.isEmpty())
            curl_mime_name(at, part.name.constData());
        curl_mime_data(at, part.value.constData(), static_cast<std::size_t>(part.value.size()));
        if (!part.type.isEmpty())
            curl_mime_type(at, part.type.constData());
    }
    set(CURLOPT_MIMEPOST, m_form.get());
}

void Transfer::setOptions()
{
    constexpr long mostRedirects = 50; // as curl's own
    const auto &options = m_target.options;
    const auto setText = [this](CURLoption option, const QByteArray &text) {
        if (!text.isEmpty())
            set(option, text.constData());
    };
    setText(CURLOPT_USERPWD, options.user);
    setText(CURLOPT_REFERER, options.referer);
    setText(CURLOPT_COOKIE, options.cookie);
    setText(CURLOPT_PROXY, options.proxy);
    setText(CURLOPT_CAINFO, options.cacert.isEmpty() ? qgetenv("SSL_CERT_FILE") : options.cacert);
    setText(CURLOPT_SSLCERT, options.cert);
    setText(CURLOPT_SSLKEY, options.key);
    if (options.userAgent)
        set(CURLOPT_USERAGENT, options.userAgent->constData());
    set(CURLOPT_FOLLOWLOCATION, options.location ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, mostRedirects);
    for (const auto &entry : options.resolve)
        m_resolve.reset(curl_slist_append(m_resolve.release(), entry.constData()));
    set(CURLOPT_RESOLVE, m_resolve.get());
}

void Transfer::setCallbacks()
{
    set(CURLOPT_WRITEDATA, this);
    set(
        CURLOPT_WRITEFUNCTION, +[](char *data, std::size_t, std::size_t size, void *transfer) {
            const bool goesOn = static_cast<Transfer *>(transfer)->take(data, static_cast<qsizetype>(size));
            return goesOn ? size : 0;
        });
    // On a kept connection that breaks before a byte came, libcurl silently tries again on a new one. Once that is the
    // race of a request with a server that closes what idles, and is counted; more often, or with a request that must
    // not be sent twice, it is a fault to report. A redirect that is followed is none.
    set(CURLOPT_PREREQDATA, this);
    set(
        CURLOPT_PREREQFUNCTION, +[](void *transfer, char *, char *, int, int) {
            return static_cast<Transfer *>(transfer)->onRequest() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
        });
}

bool Transfer::take(const char *data, qsizetype bytes)
{
    m_bytes += bytes;
    m_body.append(data, std::clamp<qsizetype>(m_keep - m_body.size(), 0, bytes));
    m_isTooLarge = m_decodes && m_bytes > mostDecoded && !headerOf(easy(), "Content-Encoding").isNull();
    return !m_isTooLarge;
}

bool Transfer::onRequest()
{
    ++m_attempts;
    if (m_target.options.location) {
        m_marks.resize(longOf(easy(), CURLINFO_REDIRECT_COUNT)); // a second attempt takes the place of the first
        m_marks.append(markNow());
    }
    return attemptsBeyondRedirects() <= (m_isSafe ? 2 : 1);
}

Transfer::Mark Transfer::markNow() const
{
    auto *easy = m_easy.get();
    return {textOf(easy, CURLINFO_EFFECTIVE_URL),     static_cast<quint16>(longOf(easy, CURLINFO_RESPONSE_CODE)),
            timeOf(easy, CURLINFO_NAMELOOKUP_TIME_T), timeOf(easy, CURLINFO_CONNECT_TIME_T),
            timeOf(easy, CURLINFO_APPCONNECT_TIME_T), timeOf(easy, CURLINFO_STARTTRANSFER_TIME_T),
            timeOf(easy, CURLINFO_REDIRECT_TIME_T)};
}

int Transfer::attemptsBeyondRedirects() const
{
    return m_attempts - static_cast<int>(longOf(easy(), CURLINFO_REDIRECT_COUNT));
}

void Transfer::prepare(const QByteArray &url, Instant due)
{
    set(CURLOPT_URL, url.constData());
    m_due = due;
    m_attempts = 0;
    m_marks.clear();
    m_bytes = 0;
    m_isTooLarge = false;
    m_body.clear();
    m_error[0] = '\0';
    m_sent = std::chrono::steady_clock::now();
}

QByteArray Transfer::errorText(CURLcode code) const
{
    if (m_isTooLarge)
        return tr("the answer is larger than %1 MiB once it is decoded").arg(mostDecoded >> 20).toUtf8();
    QByteArray text = m_error[0] != '\0' ? m_error : curl_easy_strerror(code);
    const auto &proxy = m_target.options.proxy; // which libcurl may quote
    return proxy.isEmpty() ? text : text.replace(proxy, withoutPassword(QString::fromUtf8(proxy)).toUtf8());
}

Answer Transfer::answer(CURLcode code)
{
    Answer answer;
    fillTimes(answer.sample);
    fillChain(answer.sample);
    answer.sample.outcome = outcomeOf(code);
    if (answer.sample.outcome == Outcome::Ok)
        judge(answer);
    else
        answer.error = errorText(code);
    if (answer.sample.outcome == Outcome::TlsFailed || answer.sample.outcome == Outcome::Failed)
        answer.sample.cause = answer.error;
    answer.body = std::exchange(m_body, {});
    return answer;
}

void Transfer::fillTimes(Sample &sample) const
{
    auto *easy = m_easy.get();
    sample.due = m_due;
    sample.sent = m_sent;
    sample.done = std::chrono::steady_clock::now();
    sample.status = static_cast<quint16>(longOf(easy, CURLINFO_RESPONSE_CODE));
    sample.bytes = m_bytes;
    sample.reused = longOf(easy, CURLINFO_NUM_CONNECTS) == 0 && sample.status != 0;
    sample.retried = attemptsBeyondRedirects() > 1 && m_isSafe;
    sample.address = textOf(easy, CURLINFO_PRIMARY_IP);
    sample.certificateLeft = certificateLeft();

    const auto dns = timeOf(easy, CURLINFO_NAMELOOKUP_TIME_T);
    const auto tcp = std::max(dns, timeOf(easy, CURLINFO_CONNECT_TIME_T));
    const auto tls = std::max(tcp, timeOf(easy, CURLINFO_APPCONNECT_TIME_T));
    const auto first = timeOf(easy, CURLINFO_STARTTRANSFER_TIME_T);
    if (!sample.reused)
        sample.phases = {dns, tcp - dns, tls - tcp, {}, {}};
    const auto connected =
        std::min(sample.done, sample.sent + sample.phases.dns + sample.phases.tcp + sample.phases.tls);
    sample.firstByte = first > Nanoseconds(0) ? std::clamp(sample.sent + first, connected, sample.done) : sample.done;
    sample.phases.firstByte = sample.firstByte - connected;
    sample.phases.body = sample.done - sample.firstByte;
}

void Transfer::fillChain(Sample &sample) const
{
    if (m_marks.size() < 2)
        return;
    const auto atLeastNone = [](Nanoseconds duration) { return std::max(Nanoseconds(0), duration); };
    auto end = markNow();
    end.redirected = sample.service();
    Mark before{};
    for (qsizetype i = 0; i < m_marks.size(); ++i) {
        const auto &mark = m_marks[i];
        const auto &after = i + 1 < m_marks.size() ? m_marks[i + 1] : end;
        Hop hop{mark.url, after.status, {}};
        const auto connected = atLeastNone(mark.tcp - before.tcp), secured = atLeastNone(mark.tls - before.tls);
        hop.phases.dns = atLeastNone(mark.dns - before.dns);
        hop.phases.tcp = atLeastNone(connected - hop.phases.dns);
        hop.phases.tls = atLeastNone(secured - connected);
        const auto ready = hop.phases.sum();
        const auto whole = std::max(ready, after.redirected - mark.redirected);
        const auto first = std::clamp(after.firstByte - mark.firstByte, ready, whole);
        hop.phases.firstByte = first - ready;
        hop.phases.body = whole - first;
        sample.chain.append(hop);
        before = mark;
    }
    // Of the whole: what the hops took to connect, and all else until the last answer began.
    auto &phases = sample.phases;
    phases = {};
    for (const auto &hop : std::as_const(sample.chain)) {
        phases.dns += hop.phases.dns;
        phases.tcp += hop.phases.tcp;
        phases.tls += hop.phases.tls;
    }
    const auto connected = phases.sum();
    phases.body = std::min(sample.chain.last().phases.body, atLeastNone(sample.service() - connected));
    sample.firstByte = sample.done - phases.body;
    phases.firstByte = atLeastNone(sample.firstByte - sample.sent - connected);
}

void Transfer::judge(Answer &answer) const
{
    auto *easy = m_easy.get();
    auto &sample = answer.sample;
    sample.serverTiming = headerOf(easy, "Server-Timing");
    sample.requestId = headerOf(easy, "X-Request-Id");
    answer.contentType = headerOf(easy, "Content-Type");
    answer.location = headerOf(easy, "Location");
    fillRedirect(sample);
    if (!m_target.expectation.expects(sample.status)) {
        sample.outcome = Outcome::HttpError;
        return;
    }
    sample.cause =
        m_judge.unmet(m_body, [easy](const QByteArray &name) { return headerOf(easy, name.constData()); }).toUtf8();
    if (!sample.cause.isEmpty())
        sample.outcome = Outcome::WrongAnswer;
}

void Transfer::fillRedirect(Sample &sample) const
{
    sample.hops = static_cast<int>(longOf(easy(), CURLINFO_REDIRECT_COUNT));
    sample.redirect = textOf(easy(), sample.hops > 0 ? CURLINFO_EFFECTIVE_URL : CURLINFO_REDIRECT_URL);
}

std::optional<Nanoseconds> Transfer::certificateLeft() const
{
    curl_certinfo *chain = nullptr;
    if (curl_easy_getinfo(easy(), CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1)
        return {};
    constexpr auto name = "Expire date:";
    for (const auto *field = chain->certinfo[0]; field; field = field->next) { // the first is the service's own
        if (!QByteArrayView(field->data).startsWith(name))
            continue;
        const auto end = curl_getdate(field->data + qstrlen(name), nullptr);
        constexpr qint64 farAway = qint64(100) * 366 * 86400; // what has no end within a century has none
        return end < 0 ? std::nullopt
                       : std::optional<Nanoseconds>(std::chrono::seconds(
                             std::clamp<qint64>(end - QDateTime::currentSecsSinceEpoch(), -farAway, farAway)));
    }
    return {};
}

} // namespace openloop::probe
