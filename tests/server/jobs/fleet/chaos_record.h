// SPDX-License-Identifier: GPL-3.0-or-later
// What clients and tables saw of a chaos run, and what of it may not be.
#pragma once

#include <QByteArrayList>
#include <QJsonObject>
#include <QStringList>

namespace openloop::test {

/// A job as its client knows it.
struct ChaosJob {
    QByteArray n;
    QByteArrayList paths; ///< where it is, by each answer to its key
    QByteArrayList ends; ///< as its watcher was told them
    QJsonObject last = {}; ///< what was said of it when all was over; empty: nothing
};

/// A row of the tables became another, in the order of these.
struct ChaosStep {
    enum class Of { Task, Node };
    Of of = Of::Task;
    QString id; ///< as in the table
    QString was; ///< its state; empty: there was no such row
    QString became;
    QString owner = {}; ///< of a task: who has it, or had it until then; of a node: its process
    bool isDeath = false; ///< another death was counted against the task
};

struct ChaosRecord {
    QList<ChaosJob> jobs;
    QList<ChaosStep> steps;
};

/// A sentence for each thing that is wrong: a job that has not one outcome, or a wrong one; a watcher that was not told
/// it, or not once; a failure without three deaths, or one of the tenth attempt, and the reverse; a death of an owner
/// that was not declared dead before; a server that joined again though nobody had declared it dead; a key that named
/// two jobs; a task of which no client knows.
QStringList wrongIn(const ChaosRecord &record);

} // namespace openloop::test
