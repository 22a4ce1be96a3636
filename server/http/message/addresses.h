// SPDX-License-Identifier: GPL-3.0-or-later
// Addresses, networks and names of hosts, read strictly: a form that others might read in another way is none here.
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QList>

#include <optional>

namespace openloop::http {

/// A dotted quad, or IPv6 without brackets and zone. Pure, as all below; any thread.
std::optional<QHostAddress> readAddress(QByteArrayView text);

/// The address with IPv4 within IPv6 (::ffff:192.0.2.1) as IPv4, so that one client has one address.
QHostAddress withoutMapping(const QHostAddress &address);

/// Whose word is taken: networks, and whoever comes by the Unix socket. A value.
class Networks
{
public:
    /// `192.0.2.0/24`, `2001:db8::/32`, or an address, which is a network of its own; `unix:` is all that come by a
    /// Unix socket. False: `text` is none of these.
    bool add(QByteArrayView text);
    bool isEmpty() const { return m_networks.isEmpty() && !m_holdsUnix; }
    /// address: null: of one that came by a Unix socket.
    bool contains(const QHostAddress &address) const { return !isEmpty() && holds(address); }

private:
    struct Network {
        Q_IPV6ADDR address; ///< IPv4 within IPv6
        int bits; ///< 0..128, that count
    };

    bool holds(const QHostAddress &address) const;

    QList<Network> m_networks;
    bool m_holdsUnix = false;
};

/// What Host says (RFC 9112 section 3.2), in the one form of many that are equal: lower case, without a dot at the end;
/// an IPv6 address without its brackets, as short as it can be.
struct Authority {
    QByteArray host; ///< never empty
    std::optional<quint16> port;
};

/// Reads `example.com`, `192.0.2.1:80`, `[2001:db8::1]:80`: a name has at most 253 characters, and its labels have 63.
std::optional<Authority> readAuthority(QByteArrayView text);

/// Whether a host in the form of Authority is this machine itself: `localhost`, or a loopback address.
bool isLoopbackHost(QByteArrayView host);

/// The names by which a service may be asked. A value.
class HostNames
{
public:
    /// `example.com`, `*.example.com` for whatever ends like that, or an address, IPv6 with brackets or without. A name
    /// that is not ASCII becomes what stands in Host for it. False: `text` is none of these.
    bool add(const QString &text);
    bool isEmpty() const { return m_names.isEmpty(); }
    /// host: in the form of Authority. Loopback is not among them unless it was added.
    bool contains(QByteArrayView host) const;

private:
    QList<QByteArray> m_names; ///< those with a dot at the beginning are ends
};

} // namespace openloop::http
