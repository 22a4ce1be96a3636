// SPDX-License-Identifier: GPL-3.0-or-later
// One request at libcurl: what it is told before, and what it knows afterwards.
#pragma once

#include "gui/probe/engine/courier.h"
#include "gui/probe/targets/target.h"

#include <curl/curl.h>

#include <memory>

namespace openloop::probe {

/// An easy handle set up for one target, to be used again and again; one request at a time. The target outlives it.
class Transfer
{
public:
    /// What an answer that comes encoded may be once it is decoded: a little one may be made to be endless.
    static constexpr qint64 mostDecoded = 16 << 20;

    /// keepBody: bytes of each body to keep.
    Transfer(const Target &target, qsizetype keepBody);

    /// Made ready to be sent now.
    void prepare(const QByteArray &url, Instant due);
    /// After the handle is done, with libcurl's code for how.
    Answer answer(CURLcode code);

    CURL *easy() const { return m_easy.get(); }
    Instant due() const { return m_due; }

private:
    /// What libcurl had added up by the moment in which a request left.
    struct Mark {
        QByteArray url;
        quint16 status = 0; ///< of the answer before
        Nanoseconds dns, tcp, tls, firstByte; ///< sums of all requests: from the begin of each to there
        Nanoseconds redirected; ///< since the start, when the last redirect was followed
    };
    Mark markNow() const;

    struct EasyDeleter {
        void operator()(CURL *easy) const { curl_easy_cleanup(easy); }
    };
    struct ListDeleter {
        void operator()(curl_slist *list) const { curl_slist_free_all(list); }
    };

    struct MimeDeleter {
        void operator()(curl_mime *mime) const { curl_mime_free(mime); }
    };

    template <typename Value>
    void set(CURLoption option, Value value)
    {
        curl_easy_setopt(m_easy.get(), option, value);
    }
    void setConnection();
    void setRequest();
    void setOptions();
    void setForm();
    void setCallbacks();
    void fillTimes(Sample &sample) const;
    void judge(Answer &answer) const;
    void fillRedirect(Sample &sample) const;
    void fillChain(Sample &sample) const;
    std::optional<Nanoseconds> certificateLeft() const;
    int attemptsBeyondRedirects() const;
    bool take(const char *data, qsizetype bytes);
    QByteArray errorText(CURLcode code) const;
    bool onRequest();

    const Target &m_target;
    const bool m_isSafe; ///< RFC 9110, 9.2.1
    AnswerJudge m_judge;
    std::unique_ptr<CURL, EasyDeleter> m_easy{curl_easy_init()};
    std::unique_ptr<curl_slist, ListDeleter> m_headers, m_resolve;
    std::unique_ptr<curl_mime, MimeDeleter> m_form;
    char m_error[CURL_ERROR_SIZE] = {};
    qsizetype m_keep = 0;
    Instant m_due, m_sent;
    QByteArray m_body;
    qint64 m_bytes = 0;
    bool m_decodes = false; ///< what comes encoded
    bool m_isTooLarge = false;
    int m_attempts = 0;
    QList<Mark> m_marks; ///< where redirects are followed: of each request
};

} // namespace openloop::probe
