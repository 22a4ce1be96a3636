// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the upstream's answer: however they are cut, the same answer and the same rest; and what is passed on as
// JSON is taken by a parser that was not written here.
#include "server/upstream/http1/answer_reader.h"
#include "server/upstream/json_text.h"
#include "tests/fuzz/fuzz.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <charconv>
#include <system_error>

using namespace openloop;
using fuzz::require;
using http1::AnswerReader;

namespace {

constexpr qsizetype mostBody = 256;

struct Answer {
    AnswerReader::State state = AnswerReader::State::Incomplete;
    AnswerReader::State atEnd = AnswerReader::State::Incomplete;
    int status = 0;
    bool keepsAlive = false;
    QByteArray body, rest;
    bool operator==(const Answer &) const = default;
};

Answer readInPieces(QByteArrayView bytes, qsizetype piece)
{
    AnswerReader reader(mostBody);
    Answer answer;
    QByteArray in;
    qsizetype at = 0;
    for (; at < bytes.size() && answer.state == AnswerReader::State::Incomplete; at += piece) {
        in.append(bytes.sliced(at, std::min(piece, bytes.size() - at)));
        answer.state = reader.read(in);
    }
    answer.status = reader.status();
    require((answer.state == AnswerReader::State::Malformed) == !reader.reason().isEmpty());
    if (answer.state == AnswerReader::State::Incomplete) {
        answer.atEnd = reader.end();
    } else if (answer.state == AnswerReader::State::Complete) {
        require(reader.body().size() <= mostBody && answer.status >= 200);
        answer.keepsAlive = reader.keepsAlive();
        answer.body = reader.body();
        answer.rest = in + bytes.sliced(std::min(at, bytes.size())).toByteArray();
    }
    return answer;
}

/// Whether the number that ends at `end` is one that no double can hold: JSON all the same, and refused by Qt.
bool isBeyondDouble(const QByteArray &text, qsizetype end)
{
    qsizetype begin = end;
    while (begin > 0 && QByteArrayView("0123456789+-.eE").contains(text[begin - 1]))
        --begin;
    double value = 0;
    return std::from_chars(text.begin() + begin, text.begin() + end, value).ec == std::errc::result_out_of_range;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const Answer whole = readInPieces(bytes, std::max(bytes.size(), qsizetype(1)));
    for (const qsizetype piece : {1, 7})
        require(readInPieces(bytes, piece) == whole);

    const QByteArray framed = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        + QByteArray::number(bytes.size()) + "\r\n\r\n" + bytes + "HTTP/1.1";
    if (bytes.size() <= mostBody) {
        const Answer back = readInPieces(framed, 11);
        require(back.state == AnswerReader::State::Complete && back.body == bytes && back.rest == "HTTP/1.1");
    }

    if (isJson(bytes)) {
        QJsonParseError error;
        const QByteArray list = '[' + bytes + ']';
        const QJsonDocument read = QJsonDocument::fromJson(list, &error);
        const bool isTooDeep = error.error == QJsonParseError::DeepNesting;
        require(isTooDeep || read.array().size() == 1
                || (error.error == QJsonParseError::IllegalNumber && isBeyondDouble(list, error.offset)));
        require(isTooDeep || isJson('[' + bytes + ",0]"));
        require(!isJson(bytes + ',') && !isJson(bytes + '\0'));
    }
    return 0;
}
