// SPDX-License-Identifier: GPL-3.0-or-later
// What the log, the metrics and the client are told at the end of an exchange, however it ends.
#include "server/http/exchange.h"

#include <QLoggingCategory>
#include <QUnhandledException>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.http")

constexpr int clientClosedRequest = 499; // nginx's number for it; never sent

// What went wrong, for the log alone.
QString textOf(const std::exception_ptr &error)
{
    try {
        std::rethrow_exception(error);
    } catch (const QUnhandledException &wrapped) {
        return wrapped.exception() ? textOf(wrapped.exception()) : u"an exception of unknown type"_s;
    } catch (const std::exception &exception) {
        return QString::fromUtf8(exception.what());
    } catch (...) {
        return u"an exception of unknown type"_s;
    }
}

Failure toFailure(const std::exception_ptr &error)
{
    try {
        std::rethrow_exception(error);
    } catch (const Failure &failure) {
        return failure;
    } catch (...) {
        return Failure::internal(textOf(error));
    }
}

} // namespace

Exchange::Exchange(Asker *asker, QObject *life, Request request, const QString &route, std::shared_ptr<Ledger> ledger)
    : m_life(life), m_asker(asker), m_request(std::move(request)), m_route(&route), m_ledger(std::move(ledger))
{
    ++m_ledger->inFlight;
}

Exchange::~Exchange()
{
    if (m_ledger)
        fail(std::make_exception_ptr(std::logic_error("the handler returned without an answer")));
}

void Exchange::heedLeaving()
{
    if (asker())
        m_request.stop = m_asker->stopToken();
}

void Exchange::stopIfDue()
{
    if (asker())
        m_asker->stopIfDue();
}

bool Exchange::isDismissed() const
{
    return asker() && m_asker->isDismissed();
}

// Whether nobody waited for its end.
bool Exchange::isLeft() const
{
    return m_request.stop.stop_requested() && !isDismissed();
}

void Exchange::answer(const Response &response)
{
    if (response.status == clientClosedRequest && isDismissed()) {
        answer(toResponse(Failure::stopping(), m_request.trace.id()));
        return;
    }
    const bool left = isLeft();
    m_bytes = m_request.head.method() == "HEAD" ? 0 : response.body.size();
    m_detail = response.failure;
    if (asker())
        m_asker->answer(response);
    close(left ? clientClosedRequest : response.status);
}

void Exchange::fail(std::exception_ptr error)
{
    const Failure failure = toFailure(error);
    if (failure.status() == 500) {
        qCCritical(log, "request %s of %s: %s %s: %s", m_request.trace.id().toByteArray().constData(),
                   qUtf8Printable(m_request.from.client.toString()), m_request.head.method().toByteArray().constData(),
                   m_request.head.path().toByteArray().constData(), qUtf8Printable(failure.cause()));
    }
    if (!m_streaming) {
        answer(toResponse(failure, m_request.trace.id()));
        return;
    }
    breakOff();
    finish();
}

void Exchange::beginStream(const Response &head)
{
    m_streaming = true;
    if (asker())
        m_asker->beginStream(head);
}

void Exchange::write(const QByteArray &bytes)
{
    m_bytes += bytes.size();
    if (asker())
        m_asker->writeStream(bytes);
}

QCoro::Task<bool> Exchange::roomToWrite()
{
    const std::stop_token stop = m_request.stop;
    if (m_request.head.method() == "HEAD")
        co_return false;
    while (!stop.stop_requested() && asker() && !m_asker->hasRoom())
        co_await m_asker->roomMade().wait(m_asker->limits().streamStall, stop);
    co_return !stop.stop_requested();
}

void Exchange::finish()
{
    if (!m_streaming) {
        Response nothing(204, {}, {});
        nothing.fields.append(Field{"Cache-Control", "no-store"}); // the next one may have something to say
        answer(nothing);
        return;
    }
    const bool left = isLeft();
    if (asker())
        m_asker->finishStream();
    close(left ? clientClosedRequest : 200);
}

void Exchange::breakOff()
{
    if (asker())
        m_asker->cut();
}

void Exchange::close(int status)
{
    const auto ledger = std::exchange(m_ledger, nullptr);
    if (!ledger)
        return;
    --ledger->inFlight;
    if (ledger->observer)
        ledger->observer({m_request, *m_route, m_detail, status, m_bytes, m_request.timing->total(), m_streaming});
}

} // namespace openloop::http
