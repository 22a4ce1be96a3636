// SPDX-License-Identifier: GPL-3.0-or-later
// Status lines, fields and problem documents as bytes.
#include "server/http/message/response.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <charconv>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

struct Reason {
    int status;
    const char *phrase;
};

constexpr std::array reasons{
    Reason{200, "OK"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

QByteArrayView reasonPhrase(int status)
{
    const auto found = std::find_if(reasons.begin(), reasons.end(),
                                    [status](const Reason &reason) { return reason.status == status; });
    return found == reasons.end() ? QByteArrayView() : QByteArrayView(found->phrase);
}

} // namespace

Response toResponse(const Failure &failure, QByteArrayView requestId)
{
    Json problem{
        {u"type"_s, u"about:blank"_s},
        {u"title"_s, QString::fromLatin1(reasonPhrase(failure.status()))},
        {u"status"_s, failure.status()},
        {u"detail"_s, failure.detail()},
        {u"request_id"_s, QString::fromLatin1(requestId)},
    };
    for (const Json::Member &member : failure.members())
        problem = problem.with(member.key, member.value);
    Response response(failure.status(), "application/problem+json", problem.text());
    response.failure = failure.detail();
    response.fields = failure.fields();
    if (failure.retryAfter())
        response.fields.append({"Retry-After", QByteArray::number(qint64(failure.retryAfter()->count()))});
    return response;
}

QByteArray currentDate()
{
    return QLocale::c().toString(QDateTime::currentDateTimeUtc(), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s).toLatin1();
}

namespace {

void appendNumber(QByteArray &out, qint64 number)
{
    std::array<char, 20> digits{};
    out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr - digits.data());
}

void appendField(QByteArray &out, QByteArrayView name, QByteArrayView value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

// Up to the fields that frame the body.
void appendHead(QByteArray &out, const Response &response, const Delivery &delivery)
{
    out += "HTTP/1.1 ";
    appendNumber(out, response.status);
    out.append(" ").append(reasonPhrase(response.status)).append("\r\n");
    appendField(out, "Date", delivery.date);
    if (delivery.timing) {
        out += "Server-Timing: ";
        delivery.timing->appendTo(out);
        out += "\r\n";
    }
    delivery.trace.appendTo(out);
    out += delivery.fixedFields;
    for (const Field &extra : response.fields)
        appendField(out, extra.name, extra.value);
    if (!delivery.keepAlive)
        appendField(out, "Connection", "close");
    else if (delivery.minorVersion == 0)
        appendField(out, "Connection", "keep-alive");
}

} // namespace

void appendAnswer(QByteArray &out, const Response &response, const Delivery &delivery)
{
    constexpr qsizetype usualHead = 256;
    out.reserve(out.size() + usualHead + response.body.size());
    appendHead(out, response, delivery);
    const bool hasContent = response.status != 204;
    if (hasContent) {
        appendField(out, "Content-Type", response.contentType);
        out += "Content-Length: ";
        appendNumber(out, response.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    if (hasContent && delivery.withBody)
        out += response.body;
}

QByteArray streamHead(const Response &response, const Delivery &delivery)
{
    QByteArray out;
    appendHead(out, response, delivery);
    appendField(out, "Content-Type", response.contentType);
    if (delivery.minorVersion > 0)
        appendField(out, "Transfer-Encoding", "chunked");
    return out + "\r\n";
}

QByteArray linesOf(const QList<Field> &fields)
{
    QByteArray lines;
    for (const Field &field : fields)
        appendField(lines, field.name, field.value);
    return lines;
}

QByteArray toChunk(const QByteArray &bytes)
{
    return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
}

} // namespace openloop::http
