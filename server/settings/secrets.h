// SPDX-License-Identifier: GPL-3.0-or-later
// What may be shown of an option's value: errors and --print-config end up in logs and bug reports.
#pragma once

#include <QString>

namespace openloop {

/// The text with *** in place of a URL's login (a name alone stays where it is no secret: beside a database) and of
/// whatever is called a password, token or key in it. Hides too much rather than too little. Pure; any thread.
QString withoutSecrets(QString text);

} // namespace openloop
