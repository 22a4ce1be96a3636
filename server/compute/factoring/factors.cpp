// SPDX-License-Identifier: GPL-3.0-or-later
// Integers and prime powers, each as its JSON value.
#include "server/compute/factoring/factors.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::Json;

QString toText(const mpz_class &n)
{
    return QString::fromStdString(n.get_str());
}

Json toJson(const std::vector<factoring::PrimePower> &factors)
{
    return Json::array(factors, [](const factoring::PrimePower &factor) {
        return Json{{u"prime"_s, toText(factor.prime)}, {u"exponent"_s, factor.exponent}};
    });
}

Json toJson(const std::vector<mpz_class> &numbers)
{
    return Json::array(numbers, [](const mpz_class &n) { return Json(toText(n)); });
}

} // namespace openloop
