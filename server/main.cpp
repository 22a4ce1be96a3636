// SPDX-License-Identifier: GPL-3.0-or-later
// openloop-server: the program with the routes of the service.
#include "server/program.h"
#include "server/routes.h"

int main(int argc, char **argv)
{
    return openloop::runServer(argc, argv, {openloop::addRoutes});
}
