// SPDX-License-Identifier: GPL-3.0-or-later
// The routes that the service offers and the monitor probes: named once, so that they cannot drift apart.
#pragma once

#include <QString>

namespace openloop::endpoints {

inline constexpr quint16 defaultPort = 8080;

inline const QString health = QStringLiteral("/health");
inline const QString callOtherService = QStringLiteral("/call_other_service");
inline const QString queryDatabase = QStringLiteral("/query_database");
inline const QString factorize = QStringLiteral("/factorize");
inline const QString factorizations = QStringLiteral("/factorizations");
inline const QString nodes = QStringLiteral("/nodes");
inline const QString metrics = QStringLiteral("/metrics");
inline const QString stalls = QStringLiteral("/stalls");

} // namespace openloop::endpoints
