// SPDX-License-Identifier: GPL-3.0-or-later
// See cost.h.
#include "server/factoring/cost.h"

#include <array>
#include <cmath>

namespace openloop::factoring {

namespace {

struct Measured {
    double bits;
    double seconds;
};

// bench/figures/bench_factoring.py; beyond the last the slope goes on.
constexpr std::array measured{
    Measured{32, 1e-6}, Measured{64, 6e-5}, Measured{96, 1.6e-3}, Measured{128, 1.5e-2}, Measured{166, 0.17},
    Measured{199, 1.5}, Measured{233, 15},  Measured{266, 110},   Measured{299, 900},
};

} // namespace

std::chrono::duration<double> mostTime(const mpz_class &n)
{
    const auto bits = double(mpz_sizeinbase(n.get_mpz_t(), 2));
    std::size_t above = 1;
    while (above + 1 < measured.size() && measured[above].bits < bits)
        ++above;
    const Measured &low = measured[above - 1];
    const Measured &high = measured[above];
    const double share = (bits - low.bits) / (high.bits - low.bits);
    return std::chrono::duration<double>(low.seconds * std::pow(high.seconds / low.seconds, share));
}

} // namespace openloop::factoring
