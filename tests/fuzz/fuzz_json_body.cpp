// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a JSON body: a member is exact or refused with 422, and what Json writes is read back unchanged.
#include "server/http/message/failure.h"
#include "server/routes/input.h"
#include "tests/fuzz/fuzz.h"

#include <QJsonDocument>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using fuzz::require;

namespace {

http::Request requestWith(const QByteArray &body)
{
    http::Request request;
    request.body = body;
    return request;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    try {
        const auto text = bodyField(requestWith(bytes), u"n"_s);
        const auto number = text ? QJsonDocument::fromJson(bytes)[u"n"_s] : QJsonValue();
        if (number.isDouble()) // no digit is lost on the way
            require(number.toInteger(-1) == text->toLongLong() && text->toLongLong() <= qint64(1) << 53);
    } catch (const http::Failure &failure) {
        require(failure.status() == 422 && failure.detail().size() < 200);
    }

    const QString text = QString::fromUtf8(bytes);
    const http::Json written{{u"n"_s, text}, {text + u'x', true}};
    require(QJsonDocument::fromJson(written.text()).isObject());
    require(bodyField(requestWith(written.text()), u"n"_s) == text);
    return 0;
}
