// SPDX-License-Identifier: GPL-3.0-or-later
// From a name to a connection that can be asked: the addresses race, and the handshake follows.
#pragma once

#include "server/http/wire/plain_wire.h"
#include "server/upstream/http1/address_book.h"

#include <QNetworkReply>
#include <QSocketNotifier>
#include <QSslConfiguration>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace openloop::http1 {

/// What all connections to the upstream share.
struct Destination {
    QByteArray host; ///< in ASCII
    bool encrypted = false;
    QSslConfiguration tls;
    AddressBook &book;
    std::shared_ptr<http::Poller> poller;
};

/// A connection that was just made, with the descriptor that its wire owns.
struct Line {
    std::unique_ptr<http::Wire> wire;
    int descriptor = -1;
    Address address;
    bool encrypted = false;
};

/// One attempt to connect: to the first address, and 250 ms later, or when that fails, to the next one as well (RFC
/// 8305); the first that connects wins. Has no deadline of its own: destroy it to give up. One thread.
class Dial : public QObject
{
    Q_OBJECT

public:
    explicit Dial(Destination &destination);
    ~Dial() override;

    /// Begins; not before the signals are connected.
    void begin();
    /// What connected() told of.
    Line take() { return std::move(m_line); }

signals:
    void connected();
    void failed(QNetworkReply::NetworkError error, const QString &reason);

private:
    struct Attempt {
        Address address;
        int descriptor = -1;
        std::unique_ptr<QSocketNotifier> writable;
    };

    void race();
    void tryNext();
    void settle(Attempt &attempt);
    void attemptFailed(int error);
    void won(Attempt &attempt);
    void encrypt();
    void fail(QNetworkReply::NetworkError error, const QString &reason);

    Destination &m_destination;
    std::vector<Address> m_addresses; ///< not tried yet, the next one last
    std::vector<std::unique_ptr<Attempt>> m_attempts; ///< under way
    QTimer m_patience;
    int m_firstError = 0;
    bool m_over = false;
    Line m_line;
};

} // namespace openloop::http1
