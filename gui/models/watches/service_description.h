// SPDX-License-Identifier: GPL-3.0-or-later
// Where services keep their OpenAPI document, and what it offers to measure.
#pragma once

#include "gui/probe/engine/fetcher.h"
#include "gui/probe/targets/target.h"

#include <QStringList>

namespace openloop::gui {

/// Looks for a service's document at the usual places, one after the other, or reads one from a file. GUI thread.
class ServiceDescription : public QObject
{
    Q_OBJECT
public:
    using Found = probe::Parsed<QList<probe::Target>>;

    using QObject::QObject;

    /// Where frameworks serve it, the most usual first.
    static const QStringList &places();
    /// url: any of the service's; besides those of its host the places below its first two folders are looked at, where
    /// a service stands behind a path. `done` is called once, later, unless this is destroyed or find() called again
    /// first. The first document that can be read counts; without one the error says what some places answered, or what
    /// is wrong with the one that is there.
    void find(const QString &url, std::function<void(const Found &)> done);
    /// At most 16 MiB; servers that the document names relatively are those of `base`.
    static Found read(const QString &path, const QString &base);

private:
    struct Search {
        QList<std::pair<QString, QString>> left; ///< base and place, in the order in which they are asked
        std::function<void(const Found &)> done;
        QString problem; ///< of what was there, but could not be used
        QStringList answers; ///< "/openapi.json: HTTP 401"
        QStringList absent; ///< as well, but where there is nothing
    };

    void ask();
    void take(const probe::Fetched &answer);
    void end(const Found &found);

    Search m_search;
    int m_number = 0; ///< of the search
    probe::Fetcher m_fetcher;
};

} // namespace openloop::gui
