// SPDX-License-Identifier: GPL-3.0-or-later
// What an app's loops have in common: which handler a path and a method lead to, and who is let in.
#pragma once

#include "server/http/exchange.h"
#include "server/http/message/failure.h"

#include <QHash>

#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace openloop::http {

struct Handler {
    std::function<void(Exchange)> run;
    bool isFree = false; ///< needs nothing of the loop that the app lives on: runs where the request is
    bool mayWait = false; ///< may return before the answer is given
};

struct Route {
    QString pattern;
    QString name; ///< as people and figures read it: each `<arg>` is {id}
    std::map<QByteArray, Handler, std::less<>> methods;
};

struct Admission {
    QString path;
    std::function<std::optional<Failure>(const Request &)> refusal;
};

/// Changes no more once the app listens: from then on any thread may read it.
struct Routes {
    std::deque<Route> all; ///< routers know them by their place
    QHash<QByteArray, Admission> admissions; ///< by path
    QList<QByteArray> first; ///< paths that wait behind no others
    std::function<void(const Request &)> guard; ///< throws a Failure to refuse; may be empty
};

} // namespace openloop::http
