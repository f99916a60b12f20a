#pragma once
#include <curl/curl.h>

/* Calls with `...` do not come into Swift: here they are without. */

static inline CURLcode hookline_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode hookline_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode hookline_curl_set_pointer(
    CURL *curl, CURLoption option, const void *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode hookline_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode hookline_curl_set_receiver(
    CURL *curl, CURLoption option, curl_write_callback receiver) {
    return curl_easy_setopt(curl, option, receiver);
}

static inline long hookline_curl_status(CURL *curl) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
