// SPDX-License-Identifier: GPL-3.0-or-later
// What every parser here returns: a value, or one sentence that tells the user what to change.
#pragma once

#include <QString>

#include <optional>

namespace openloop::probe {

/// A parsed value, or `error`: a sentence without a full stop, fit for a terminal and for a dialog.
template <typename T>
struct Parsed {
    std::optional<T> value;
    QString error;

    Parsed(T parsed) : value(std::move(parsed)) { }
    static Parsed failed(QString why) { return Parsed(std::nullopt, std::move(why)); }

    explicit operator bool() const { return value.has_value(); }
    const T &operator*() const { return *value; }
    T &operator*() { return *value; }
    const T *operator->() const { return &*value; }

private:
    Parsed(std::nullopt_t, QString why) : error(std::move(why)) { }
};

} // namespace openloop::probe
