// SPDX-License-Identifier: GPL-3.0-or-later
// The long curves in lanes in AVX2 with fused multiplications.
#include "server/factoring/ecm/lanes/long_ecm_lanes_body.h"
