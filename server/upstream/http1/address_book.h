// SPDX-License-Identifier: GPL-3.0-or-later
// Where the upstream is: its name is looked up again and again, so that a changed address is followed.
#pragma once

#include <QFutureWatcher>
#include <QObject>

#include <chrono>
#include <functional>
#include <vector>

#include <sys/socket.h>

namespace openloop::http1 {

/// An address with its port, as the system calls want it.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
    bool operator==(const Address &other) const;
};

struct Lookup {
    std::vector<Address> addresses; ///< in the order in which they are to be tried
    QString error; ///< why there is none
};

/// Asks the system, and waits for it. host: a name, in ASCII, or an address without brackets. Any thread.
Lookup lookUp(const QByteArray &host, quint16 port);

/// The addresses of one host. They are believed for 10 s; then the next who asks has them looked up behind his back,
/// and after twice the time he waits for it. When a lookup fails, the last good one goes on. One thread. One lookup is
/// under way at a time, on a thread that nobody waits for: it may outlive the book.
class AddressBook : public QObject
{
    Q_OBJECT

public:
    struct Source {
        /// lookUp() of the host; called on a thread of its own, which may wait for long: it owns what it uses
        std::function<Lookup()> ask;
        std::chrono::milliseconds believed{10'000};
    };

    explicit AddressBook(Source source);

    /// Whether addresses() may be used now; if not, looked() will tell. Begins a lookup where one is due.
    bool isFresh();
    const std::vector<Address> &addresses() const { return m_known.addresses; }
    const QString &error() const { return m_known.error; } ///< why addresses() is empty
    bool contains(const Address &address) const;
    /// Others are tried before this one, for it did not answer in time.
    void demote(const Address &address);

signals:
    void looked(); ///< isFresh() now, whatever was found

private:
    using Clock = std::chrono::steady_clock;

    void begin();
    void take();

    const Source m_source;
    Lookup m_known;
    Clock::time_point m_lookedAt = Clock::time_point::min();
    bool m_asking = false; ///< until take()
    QFutureWatcher<Lookup> m_lookup;
};

} // namespace openloop::http1
