// SPDX-License-Identifier: GPL-3.0-or-later
// How factors look in JSON: integers as strings, because JSON numbers lose bits above 2^53.
#pragma once

#include "server/factoring/factor.h"
#include "server/http/message/json.h"

namespace openloop {

/// The decimal digits.
QString toText(const mpz_class &n);

/// `[{"prime":"2","exponent":3}]`
http::Json toJson(const std::vector<factoring::PrimePower> &factors);

/// `["91"]`
http::Json toJson(const std::vector<mpz_class> &numbers);

} // namespace openloop
