// SPDX-License-Identifier: GPL-3.0-or-later
// A port for who starts later, or never.
#pragma once

#include <QtGlobal>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace openloop::test {

/// Of loopback; nobody listens there. It stays bound while this program runs, so that the kernel gives it to nobody
/// else; who sets SO_REUSEADDR, as servers do, may listen there nevertheless.
inline quint16 freePort()
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *const place = reinterpret_cast<sockaddr *>(&address);
    if (::bind(descriptor, place, size) != 0 || ::getsockname(descriptor, place, &size) != 0)
        qFatal("no port is free");
    return ntohs(address.sin_port);
}

} // namespace openloop::test
