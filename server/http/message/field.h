// SPDX-License-Identifier: GPL-3.0-or-later
// A header field, the same in requests and answers.
#pragma once

#include <QByteArray>

namespace openloop::http {

struct Field {
    QByteArray name; ///< lower case in requests
    QByteArray value; ///< without white space around it
};

} // namespace openloop::http
