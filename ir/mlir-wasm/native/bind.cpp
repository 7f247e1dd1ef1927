// The text engine's side of the module. A session owns a context; its modules are plain operations, so that the C API
// works on them too. All strings travel as (address, length). Diagnostics leave at once, as lines of JSON on stream 3:
// they are known even if the module stops itself right after.

#include "register.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/JSON.h"

#include <map>
#include <unistd.h>

using namespace mlir;

#define EXPORT extern "C" __attribute__((used, visibility("default")))

static StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note: return "note";
  case DiagnosticSeverity::Warning: return "warning";
  case DiagnosticSeverity::Error: return "error";
  case DiagnosticSeverity::Remark: return "remark";
  }
  llvm_unreachable("unknown severity");
}

static std::string printed(Location location) {
  std::string text;
  llvm::raw_string_ostream(text) << location;
  return text;
}

static llvm::json::Object asJson(Diagnostic &diagnostic) {
  llvm::json::Object object{{"severity", severityName(diagnostic.getSeverity())},
                            {"message", llvm::json::fixUTF8(diagnostic.str())}};
  Location location = diagnostic.getLocation();
  if (auto file = location->findInstanceOf<FileLineColLoc>()) {
    object["file"] = llvm::json::fixUTF8(file.getFilename().getValue());
    object["line"] = file.getLine();
    object["column"] = file.getColumn();
  } else if (!isa<UnknownLoc>(location)) {
    object["location"] = llvm::json::fixUTF8(printed(location));
  }
  return object;
}

static void tell(llvm::json::Object object) {
  std::string line;
  llvm::raw_string_ostream(line) << llvm::json::Value(std::move(object)) << '\n';
  ::write(3, line.data(), line.size());
}

static void report(Diagnostic &diagnostic) {
  llvm::json::Object object = asJson(diagnostic);
  llvm::json::Array notes;
  for (Diagnostic &note : diagnostic.getNotes()) notes.push_back(asJson(note));
  object["notes"] = std::move(notes);
  tell(std::move(object));
}

namespace {

struct Session {
  explicit Session(const DialectRegistry &registry, bool allowUnregistered)
      : context(registry, MLIRContext::Threading::DISABLED) {
    context.allowUnregisteredDialects(allowUnregistered);
    context.getDiagEngine().registerHandler(report);
  }

  ~Session() {
    for (auto &module : modules) module.first->erase();
  }

  StringRef keep(std::string produced) {
    text = std::move(produced);
    return text;
  }

  std::string text;
  /// The modules, each with the external resources that no dialect claims: they are printed again as they were read.
  std::map<Operation *, std::unique_ptr<FallbackAsmResourceMap>> modules;
  MLIRContext context;
};

} // namespace

static const DialectRegistry &dialects() {
  static const DialectRegistry *registry = [] {
    auto *made = new DialectRegistry();
    hidalgo::insertDialects(*made);
    return made;
  }();
  return *registry;
}

static void registerPassesOnce() {
  static bool done = false;
  if (!done) hidalgo::registerPasses();
  done = true;
}

EXPORT Session *hidalgoSessionCreate(bool allowUnregistered) { return new Session(dialects(), allowUnregistered); }

EXPORT void hidalgoSessionDestroy(Session *session) { delete session; }

EXPORT MLIRContext *hidalgoSessionContext(Session *session) { return &session->context; }

/// Reads a module; `text` ends with a NUL that `length` does not count. Null: the diagnostics say why.
EXPORT Operation *hidalgoParse(Session *session, const char *text, size_t length, const char *name, size_t nameLength,
                               bool verify) {
  auto resources = std::make_unique<FallbackAsmResourceMap>();
  ParserConfig config(&session->context, verify, resources.get());
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(StringRef(text, length), config, StringRef(name, nameLength));
  if (!module) return nullptr;
  Operation *operation = module.release();
  session->modules[operation] = std::move(resources);
  return operation;
}

/// A module that was built instead of read belongs to the session from now on.
EXPORT void hidalgoAdopt(Session *session, Operation *operation) { session->modules[operation] = nullptr; }

EXPORT void hidalgoModuleDestroy(Session *session, Operation *operation) {
  session->modules.erase(operation);
  operation->erase();
}

/// Lets go of all values that the operation and everything in it uses or gives: it can be destroyed in any order.
EXPORT void hidalgoDropReferences(Operation *operation) {
  operation->dropAllReferences();
  operation->dropAllUses();
}

EXPORT bool hidalgoVerify(Operation *operation) { return succeeded(verify(operation)); }

enum RunResult : int { Failed = 0, Ran = 1, BadPipeline = 2 };

/// `pipeline` is anchored, as in `builtin.module(canonicalize)`.
EXPORT RunResult hidalgoRun(Session *session, Operation *operation, const char *pipeline, size_t length, bool verifyEach) {
  registerPassesOnce();
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  FailureOr<OpPassManager> parsed = parsePassPipeline(StringRef(pipeline, length), stream);
  if (failed(parsed)) {
    tell(llvm::json::Object{{"severity", "error"}, {"message", llvm::json::fixUTF8(StringRef(complaint).trim())}});
    return BadPipeline;
  }
  PassManager manager(operation->getName(), PassManager::Nesting::Implicit);
  manager.enableVerifier(verifyEach);
  static_cast<OpPassManager &>(manager) = std::move(*parsed);
  bool done = succeeded(manager.run(operation));
  llvm::outs().flush(); // what print-op-stats and its like say
  return done ? Ran : Failed;
}

enum PrintFlag : unsigned { Generic = 1, Locations = 2, PrettyLocations = 4, LocalScope = 8, Verified = 16 };

EXPORT const char *hidalgoPrint(Session *session, Operation *operation, unsigned flags) {
  OpPrintingFlags printing;
  if (flags & Generic) printing.printGenericOpForm();
  if (flags & Locations) printing.enableDebugInfo(true, (flags & PrettyLocations) != 0);
  if (flags & LocalScope) printing.useLocalScope();
  if (flags & Verified) printing.assumeVerified();
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto kept = session->modules.find(operation);
  FallbackAsmResourceMap *resources = kept == session->modules.end() ? nullptr : kept->second.get();
  AsmState state(operation, printing, /*locationMap=*/nullptr, resources);
  operation->print(stream, state);
  return session->keep(std::move(text)).data();
}

/// Writes names, options and descriptions of all passes to standard output.
EXPORT void hidalgoPrintPasses() {
  registerPassesOnce();
  printRegisteredPasses();
  llvm::outs().flush();
}

EXPORT size_t hidalgoTextLength(Session *session) { return session->text.size(); }

EXPORT void hidalgoTextClear(Session *session) { std::string().swap(session->text); }

/// A growing string for functions of the C API that print piecewise through an MlirStringCallback.
EXPORT std::string *hidalgoSinkCreate() { return new std::string(); }
EXPORT const char *hidalgoSinkData(std::string *sink) { return sink->data(); }
EXPORT size_t hidalgoSinkLength(std::string *sink) { return sink->size(); }
EXPORT void hidalgoSinkDestroy(std::string *sink) { delete sink; }

struct Piece {
  const char *data;
  size_t length;
};

static void append(Piece piece, void *sink) { static_cast<std::string *>(sink)->append(piece.data, piece.length); }

/// The MlirStringCallback that appends to a sink.
EXPORT void *hidalgoSinkCallback() { return reinterpret_cast<void *>(&append); }
