// SPDX-License-Identifier: GPL-3.0-or-later
// Why the service cannot start: thrown while the services are made, turned into exit code 1 by main.
#pragma once

#include <QString>

#include <stdexcept>

namespace openloop {

/// One clear line, without a line break, for the person who started the program.
class StartFailure : public std::runtime_error
{
public:
    explicit StartFailure(const QString &line) : std::runtime_error(line.simplified().toStdString()) { }

    QString line() const { return QString::fromUtf8(what()); }
};

} // namespace openloop
