// SPDX-License-Identifier: GPL-3.0-or-later
// An exchange whose connection is on one loop and whose handler runs on another.
#pragma once

#include "server/http/loops/mailbox.h"
#include "server/http/routes.h"

namespace openloop::http {

/// Has the handler run at home for an exchange of the calling loop, whose mailbox is `here`. The connection and its
/// exchange stay on this loop, the handler and all it uses on that one; what either says to the other goes by the two
/// mailboxes, in order. handler: must outlive the exchange. atHome: counts the handlers that have not returned;
/// touched at home alone.
void cross(Exchange exchange, const Handler &handler, bool urgent, std::shared_ptr<Mailbox> here,
           std::shared_ptr<Mailbox> home, std::shared_ptr<Ledger> atHome);

} // namespace openloop::http
