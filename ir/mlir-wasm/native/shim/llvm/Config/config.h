// What LLVM's own sources ask about the C library: emscripten's musl, without processes, signals or shared libraries.
#ifndef CONFIG_H
#define CONFIG_H

#include "llvm/Config/llvm-config.h"

#define BUG_REPORT_URL ""
#define ENABLE_BACKTRACES 0
#define ENABLE_CRASH_OVERRIDES 0
#define LLVM_ENABLE_CRASH_DUMPS 0
#define LLVM_WINDOWS_PREFER_FORWARD_SLASH 0
#define HAVE_CRASHREPORTER_INFO 0
#define HAVE_DECL_ARC4RANDOM 0
#define HAVE_DECL_FE_ALL_EXCEPT 1
#define HAVE_DECL_FE_INEXACT 0
#define HAVE_DECL_STRERROR_S 0
#define HAVE_ICU 0
#define HAVE_ICONV 0
#define HAVE_GETPAGESIZE 1
#define HAVE_PREAD 1
#define HAVE_STRERROR_R 1
#define HAVE_SYSCONF 1
#define HAVE_SYS_MMAN_H 1
#define HAVE_UNISTD_H 1
#define LLVM_GISEL_COV_ENABLED 0
#define LLVM_SUPPORT_XCODE_SIGNPOSTS 0
#define LLVM_VERSION_PRINTER_SHOW_HOST_TARGET_INFO 0
#define LLVM_VERSION_PRINTER_SHOW_BUILD_CONFIG 0
#define LTDL_SHLIB_EXT ".so"
#define LLVM_PLUGIN_EXT ".so"
#define PACKAGE_BUGREPORT ""
#define PACKAGE_NAME "LLVM"
#define PACKAGE_STRING "LLVM 22.1.8"
#define PACKAGE_VERSION "22.1.8"
#define PACKAGE_VENDOR ""

#endif
