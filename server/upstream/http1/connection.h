// SPDX-License-Identifier: GPL-3.0-or-later
// One connection to the upstream: asked one question at a time, and given up with the first byte that is no answer.
#pragma once

#include "server/upstream/http1/answer_reader.h"
#include "server/upstream/http1/dial.h"

#include <chrono>

namespace openloop::http1 {

/// One thread. Tells its end by a signal, after which it may be of no more use.
class Connection final : public QObject, private http::Wire::Observer
{
    Q_OBJECT

public:
    using Clock = std::chrono::steady_clock;

    enum class End {
        Answered, ///< takeAnswer() is whole
        Unanswered, ///< it ended before the first byte of an answer, or told (408) that it was about to end
        EndedEarly,
        Malformed, ///< the answer's reason() says why
        TooLarge,
        Stray, ///< bytes that nobody asked for: what they are is not known, and not looked at
    };

    Connection(Line line, QObject *parent);
    ~Connection() override;

    /// Whether it is there and has sent nothing since its last answer: looked up at this moment.
    bool isQuiet() const;
    /// Only when it is quiet. mostBody: bytes of an answer's body
    void ask(const QByteArray &request, qsizetype mostBody);
    /// Nothing is told any more.
    void close();

    /// Whether its last question was not its first: it may have ended before that arrived.
    bool isReused() const { return m_asked > 1; }
    bool isOver() const { return m_isOver; } ///< it can't be asked again
    bool sentMore() const { return !m_in.isEmpty(); } ///< than the answer
    AnswerReader takeAnswer() { return std::move(*m_answer); } ///< to the last question
    const Address &address() const { return m_line.address; }
    Clock::time_point quietSince() const { return m_quietSince; }

signals:
    void ended(openloop::http1::Connection::End end); ///< of the question, or unasked of the connection

private:
    void wireReadable() override;
    void wireTook() override { }
    void wireLeft() override;

    void read();
    void stop(End end);
    bool cameTooEarly() const;

    Line m_line;
    QByteArray m_in; ///< not looked at yet
    std::optional<AnswerReader> m_answer{std::in_place, 0};
    int m_asked = 0;
    bool m_isAsked = false;
    bool m_hasHeard = false; ///< something of this question's answer
    bool m_isOver = false;
    Clock::time_point m_quietSince;
};

} // namespace openloop::http1
