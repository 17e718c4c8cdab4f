#include "appliance/operations/security_headers.h"

namespace heirloom {
namespace {

// Only our own files, no inline script or style, no plugins, no framing. blob: is for pictures and
// sound that the page made itself.
constexpr char kContentSecurityPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; object-src 'none'; frame-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

constexpr char kPermissionsPolicy[] =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

}  // namespace

void AddSecurityHeaders(http::Server& server) {
  server.AddDefaultHeader("Content-Security-Policy", kContentSecurityPolicy);
  server.AddDefaultHeader("X-Content-Type-Options", "nosniff");
  server.AddDefaultHeader("Referrer-Policy", "same-origin");
  server.AddDefaultHeader("Permissions-Policy", kPermissionsPolicy);
  server.AddDefaultHeader("Cross-Origin-Opener-Policy", "same-origin");
  server.AddDefaultHeader("Cross-Origin-Resource-Policy", "same-origin");
  server.AddDefaultHeader("Cache-Control", "no-store");
  // A year, for this host alone: what else runs on the domain is not ours to decide.
  server.AddSecureHeader("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace heirloom
