// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a text is JSON: Qt's parser takes more than that, and what is passed on under that name has to be it.
#pragma once

#include <QByteArrayView>

namespace openloop {

/// Arrays and objects within each other; beyond it a text is refused.
constexpr int deepestJson = 1024;

/// Whether the text is exactly one JSON value (RFC 8259) in valid UTF-8, without a byte order mark. Numbers may be of
/// any size. Linear in time, needs no memory; any thread.
bool isJson(QByteArrayView text);

} // namespace openloop
