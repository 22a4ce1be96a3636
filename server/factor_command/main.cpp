// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-factor: the factoring engine as a command, a drop-in for GNU factor.
#include "server/factor_command/command.h"

int main(int argc, char **argv)
{
    return openloop::factor_command::run(argc, argv);
}
