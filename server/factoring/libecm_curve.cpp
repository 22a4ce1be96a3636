// SPDX-License-Identifier: GPL-3.0-or-later
// See libecm_curve.h.
#include "server/factoring/libecm_curve.h"

#include <ecm.h>
#include <utility>

namespace openloop::factoring {

namespace {

// libecm asks whether to go on through a function without an argument, in the middle of a curve; what it must look
// at belongs to the thread that runs the curve, and is set for just that long.
thread_local const Stop *currentStop = nullptr;

int mustStop()
{
    return currentStop->requested();
}

class Parameters
{
public:
    Parameters() { ecm_init(m_parameters); }
    ~Parameters() { ecm_clear(m_parameters); }
    Parameters(const Parameters &) = delete;
    Parameters &operator=(const Parameters &) = delete;

    ecm_params &get() { return m_parameters; }

private:
    ecm_params m_parameters;
};

} // namespace

mpz_class runLibecmCurve(const mpz_class &n, double bound1, unsigned long sigma, const Stop &stop)
{
    Parameters own;
    ecm_params &parameters = own.get();
    parameters->param = ECM_PARAM_SUYAMA; // the one that asks for stops in stage 1
    mpz_set_ui(parameters->sigma, sigma);
    parameters->stop_asap = mustStop;
    mpz_class copy = n, divisor;
    const Stop *const outer = std::exchange(currentStop, &stop); // an interlude may run curves of its own
    const int outcome = ecm_factor(divisor.get_mpz_t(), copy.get_mpz_t(), bound1, parameters);
    currentStop = outer;
    const bool proper = outcome > 0 && divisor > 1 && divisor < n && mpz_divisible_p(n.get_mpz_t(), divisor.get_mpz_t());
    return proper ? divisor : mpz_class();
}

} // namespace openloop::factoring
