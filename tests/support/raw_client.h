// SPDX-License-Identifier: GPL-3.0-or-later
// A client that sends exactly the bytes it is told to, well-behaved or not, and reads what comes back.
#pragma once

#include <QByteArray>
#include <QMap>

#include <chrono>
#include <optional>

namespace openloop::test {

struct Answer {
    int status = 0;
    QMap<QByteArray, QByteArray> fields; ///< names in lower case; of several lines one list
    QByteArray body;
};

/// The answer's status; 0, which no answer has, where none came.
inline int statusOf(const std::optional<Answer> &answer)
{
    return answer ? answer->status : 0;
}

/// One blocking connection to 127.0.0.1, or to a Unix socket. Every wait ends at a deadline. One thread at a time.
class RawClient
{
public:
    using Milliseconds = std::chrono::milliseconds;

    /// from: the client's own address, one of 127.0.0.0/8.
    explicit RawClient(quint16 port, const char *from = "127.0.0.1");
    explicit RawClient(const QString &path); ///< of a Unix socket
    ~RawClient();
    RawClient(RawClient &&other) noexcept;
    RawClient(const RawClient &) = delete;

    bool isConnected() const { return m_descriptor >= 0; }
    void send(const QByteArray &bytes);

    /// The next answer; nothing if the connection ended or the deadline passed before it was whole.
    std::optional<Answer> read(Milliseconds deadline = Milliseconds(20'000), bool toHead = false);

    /// Sends `method path`, and does not wait for the answer.
    void ask(const QByteArray &path, const QByteArray &method = "GET");

    /// `GET path` and its answer.
    std::optional<Answer> get(const QByteArray &path, Milliseconds deadline = Milliseconds(20'000));

    /// `POST path` with a JSON body and its answer.
    std::optional<Answer> post(const QByteArray &path, const QByteArray &body, const QByteArray &fields = {},
                               Milliseconds deadline = Milliseconds(20'000));

    /// `DELETE path` and its answer.
    std::optional<Answer> remove(const QByteArray &path, Milliseconds deadline = Milliseconds(20'000));

    /// The next bytes as they come, chunked or not; empty if the connection ended or the deadline passed.
    QByteArray readSome(Milliseconds deadline = Milliseconds(20'000));

    int descriptor() const { return m_descriptor; }

    /// Waits until the server has closed; what arrives until then is dropped. False: it did not in time.
    bool waitForClose(Milliseconds deadline = Milliseconds(20'000));

    void finishSending(); ///< FIN
    void reset(); ///< RST

    /// Bytes that the kernel holds for us; small, so that a client that does not read is noticed.
    void shrinkReceiveBuffer();

private:
    bool fill(std::chrono::steady_clock::time_point until);

    int m_descriptor = -1;
    QByteArray m_in;
};

} // namespace openloop::test
