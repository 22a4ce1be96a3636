// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the query of a request: a field is within its bound or refused with 422, and what was encoded is read;
// as its preferences and what it accepts: they refuse nothing.
#include "server/http/message/failure.h"
#include "server/routes/input.h"
#include "tests/fuzz/fuzz.h"

#include <QUrl>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using fuzz::require;

namespace {

constexpr int mostDigits = 20; // few, so that the fuzzer finds the bound

http::Request requestFor(const QByteArray &query)
{
    http::Request request;
    request.head.setQuery(query);
    return request;
}

/// What a handler does with its input: nothing but a Failure 422 of bounded length leaves it.
template <typename Read>
void readStrictly(Read read)
{
    try {
        read();
    } catch (const http::Failure &failure) {
        require(failure.status() == 422 && failure.detail().size() < 200);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const http::Request request = requestFor(bytes);
    readStrictly([&] {
        const auto text = queryField(request, u"n"_s);
        const mpz_class n = parseInteger(u"n"_s, text, mostDigits);
        require(n >= 1 && n.get_str().size() <= std::size_t(mostDigits));
        require(text->endsWith(QString::fromStdString(n.get_str())));
    });
    readStrictly([&] {
        const auto limit = parseNumber(u"limit"_s, queryField(request, u"limit"_s), 1, 100);
        require(!limit || (*limit >= 1 && *limit <= 100));
    });
    readStrictly([&] { parseBoolean(u"done"_s, queryField(request, u"done"_s)); });

    http::Request preferring;
    preferring.head.addField("prefer", "wait=7, " + bytes);
    require(preference(preferring, "wait") == "7" && !preference(preferring, ","));

    http::Request accepting;
    accepting.head.addField("accept", bytes);
    const double weight = acceptance(accepting, "text/html");
    require(weight >= 0 && weight <= 1);
    accepting.head.addField("accept", "text/html;q=0.5");
    require(acceptance(accepting, "text/html") == 0.5); // the last of those that are exact

    const QString text = QString::fromUtf8(bytes);
    const QByteArray encoded = "a=b&n=" + QUrl::toPercentEncoding(text) + "&c";
    require(queryField(requestFor(encoded), u"n"_s) == text);
    return 0;
}
