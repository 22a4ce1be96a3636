// SPDX-License-Identifier: GPL-3.0-or-later
// The small curves in lanes in AVX2 with fused multiplications.
#include "server/factoring/ecm/lanes/micro_ecm_lanes_body.h"
