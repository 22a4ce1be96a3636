// SPDX-License-Identifier: GPL-3.0-or-later
// Ends the region that level_begin_body.h began.

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
