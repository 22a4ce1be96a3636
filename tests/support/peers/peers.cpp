// SPDX-License-Identifier: GPL-3.0-or-later
// Looks below build/peers first (resources/fetch-peers.sh), then where Debian installs.
#include "tests/support/peers/peers.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdio>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

// Whether every account may enter the folder and those above it.
bool isOpenToAll(const QString &folder)
{
    for (QDir above(folder); QFileInfo(above.path()).permission(QFile::ExeOther); above.cdUp()) {
        if (above.isRoot())
            return true;
    }
    return false;
}

// Servers that refuse to run as root run as nobody, who can't enter every home: then they are copied to where all may
// go, half a gigabyte, once for all tests until others are unpacked.
QString enterable(const QString &folder)
{
    if (::geteuid() != 0 || !QFileInfo::exists(folder) || isOpenToAll(folder))
        return folder;
    const QByteArray which = folder.toUtf8() + QFileInfo(folder).lastModified().toString(Qt::ISODate).toUtf8();
    const QString kept = u"/var/tmp/openloop-peers-"_s
        + QString::fromLatin1(QCryptographicHash::hash(which, QCryptographicHash::Sha1).toHex());
    const auto isOurs = [&kept] {
        const QFileInfo there(kept);
        return there.isDir() && !there.isSymLink() && there.ownerId() == 0;
    };
    if (isOurs())
        return kept;
    const QTemporaryDir beside(kept + u"-XXXXXX"_s);
    const QString whole = beside.filePath(u"root"_s);
    if (QProcess::execute(u"cp"_s, {u"-aT"_s, folder, whole}) != 0)
        qFatal("%s can't be copied", qPrintable(folder));
    static_cast<void>(std::rename(qPrintable(whole), qPrintable(kept))); // else another test was first
    if (!isOurs())
        qFatal("%s is somebody else's", qPrintable(kept));
    return kept;
}

const QString &unpacked()
{
    static const QString root = enterable(QStringLiteral(OPENLOOP_PEERS));
    return root;
}

QStringList folders(const QString &root)
{
    QStringList found{root + u"/usr/bin"_s, root + u"/usr/sbin"_s, root + u"/bin"_s};
    const QDir versions(root + u"/usr/lib/postgresql"_s);
    for (const QString &version : versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name | QDir::Reversed))
        found.prepend(versions.filePath(version + u"/bin"_s)); // before usr/bin, whose namesakes need what they manage
    return found;
}

struct Account {
    uid_t user;
    gid_t group;
};

/// The account to run as: PostgreSQL and pgbouncer refuse to run as root.
std::optional<Account> unprivileged()
{
    if (::geteuid() != 0)
        return std::nullopt;
    const passwd *const entry = ::getpwnam("nobody");
    if (!entry)
        qFatal("no user nobody to run servers as");
    return Account{entry->pw_uid, entry->pw_gid};
}

} // namespace

bool peersAreLeftOut()
{
    return qgetenv("OPENLOOP_PEERS") == "off";
}

bool skippedWithoutPeers()
{
    if (peersAreLeftOut())
        QTest::qSkip("PostgreSQL is left out here", __FILE__, __LINE__);
    return peersAreLeftOut();
}

void skipWithoutPeers(const char *word)
{
    if (QByteArrayView(QTest::currentTestFunction()).contains(word))
        skippedWithoutPeers();
}

QString peerProgram(const QString &name)
{
    for (const QString &root : {unpacked(), QString()}) {
        const QString found = QStandardPaths::findExecutable(name, folders(root));
        if (!found.isEmpty())
            return found;
    }
    return {};
}

QProcessEnvironment peerEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    QStringList paths{unpacked() + u"/usr/lib"_s};
    for (const QString &lib : {u"/usr/lib"_s, u"/lib"_s}) { // Debian 12 has packages that still unpack into /lib
        const QDir libraries(unpacked() + lib);
        for (const QString &architecture : libraries.entryList({u"*-linux-*"_s}, QDir::Dirs))
            paths << libraries.filePath(architecture) << libraries.filePath(architecture + u"/systemd"_s);
    }
    environment.insert(u"LD_LIBRARY_PATH"_s, paths.join(u':'));
    return environment;
}

void preparePeer(QProcess &process, int signal)
{
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setProcessEnvironment(peerEnvironment());
    process.setWorkingDirectory(u"/"_s); // ours may be one that its account can't come back to, as HAProxy wants to
    process.setChildProcessModifier([account = unprivileged(), signal] {
        if (account && (::setgroups(0, nullptr) != 0 || ::setgid(account->group) != 0 || ::setuid(account->user) != 0))
            ::_exit(1);
        ::prctl(PR_SET_PDEATHSIG, signal); // a test that crashes takes its server along
    });
}

void giveToPeers(const QString &path)
{
    const auto account = unprivileged();
    if (account && ::chown(qPrintable(path), account->user, account->group) != 0)
        qFatal("chown of %s failed", qPrintable(path));
}

} // namespace openloop::test
