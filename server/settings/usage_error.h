// SPDX-License-Identifier: GPL-3.0-or-later
// Why the program does not begin: it was called in a way that it can't follow.
#pragma once

#include <QString>

#include <stdexcept>

namespace openloop {

/// The command line can't be followed; the text names the option and what it takes.
class UsageError : public std::runtime_error
{
public:
    explicit UsageError(const QString &text) : std::runtime_error(text.toStdString()) { }
};

} // namespace openloop
