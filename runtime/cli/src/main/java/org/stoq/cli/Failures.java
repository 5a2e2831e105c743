package org.stoq.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.stoq.config.ConfigException;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.trust.TrustException;

/** Says of anything that was thrown what happened and what to do next. */
final class Failures {
    private Failures() {}

    static CommandFailure of(Throwable thrown) {
        return switch (thrown) {
            case CommandFailure failure -> failure;
            case UncheckedIOException wrapped when wrapped.getCause() != null ->
                    of(wrapped.getCause());
            case StoqException refused -> refused(refused);
            case ConfigException config ->
                    new CommandFailure(
                            ExitCode.FAILED,
                            "CONFIG_INVALID",
                            "the configuration has faults\n" + config.getMessage(),
                            "mend them, and look with: stoq config check",
                            config);
            case TrustException trust ->
                    new CommandFailure(ExitCode.REFUSED, "TRUST", text(trust), trust.hint(), trust);
            case InterruptedException interrupted -> interrupted(interrupted);
            case ClosedByInterruptException interrupted -> interrupted(interrupted);
            case FileSystemException file -> ofFile(file);
            case IOException io -> new CommandFailure(ExitCode.FAILED, "IO", text(io), "", io);
            default ->
                    new CommandFailure(
                            ExitCode.FAILED,
                            "INTERNAL",
                            "a defect in stoq: " + thrown,
                            "run it again with --verbose and report what it prints",
                            thrown);
        };
    }

    private static CommandFailure refused(StoqException refused) {
        StoqErrorCode code = refused.code();
        return new CommandFailure(
                code == StoqErrorCode.CANCELLED ? ExitCode.INTERRUPTED : ExitCode.of(code),
                code.name(),
                text(refused),
                hint(code),
                refused);
    }

    private static String hint(StoqErrorCode code) {
        return switch (code) {
            case NOT_FOUND -> "stoq ls shows what is there";
            case UNAUTHENTICATED, FORBIDDEN ->
                    "this needs an operator certificate of the authority that the node trusts:"
                            + " stoq ca show";
            case CERTIFICATE_REFUSED ->
                    "node and command must trust the same authority: stoq ca show, or set"
                            + " STOQ_HOME to the folder that the node was started with";
            case INTEGRITY ->
                    "the bytes were damaged or forged; nothing of them was kept. Look with: stoq"
                            + " store verify";
            case CONNECTION_LOST, GOING_AWAY ->
                    "see whether the node still runs: stoq status; what was done stays done";
            case CONNECTION_LIMIT -> "raise server.max_connections, or try again later";
            case DEADLINE_EXCEEDED -> "give it more time with --timeout, such as --timeout 60s";
            case RATE_LIMITED, UNAVAILABLE -> "try again in a moment";
            case STORAGE_FULL -> "make room: stoq rm what is not needed, then stoq store gc";
            case UNSUPPORTED -> "compare the versions: stoq --version, stoq status";
            case INTERNAL -> "the node's log says more";
            default -> "";
        };
    }

    private static CommandFailure interrupted(Throwable cause) {
        return new CommandFailure(ExitCode.INTERRUPTED, "CANCELLED", "interrupted", "", cause);
    }

    private static CommandFailure ofFile(FileSystemException thrown) {
        String file = thrown.getFile();
        return switch (thrown) {
            case NoSuchFileException missing ->
                    new CommandFailure(
                            ExitCode.NOT_FOUND,
                            "NO_SUCH_FILE",
                            "there is no file " + file,
                            "",
                            missing);
            case AccessDeniedException denied ->
                    new CommandFailure(
                            ExitCode.FAILED,
                            "ACCESS_DENIED",
                            "no permission for " + file,
                            "look at its owner and mode with: ls -ld " + file,
                            denied);
            case FileAlreadyExistsException exists ->
                    new CommandFailure(
                            ExitCode.FAILED, "EXISTS", file + " exists already", "", exists);
            case NotDirectoryException plain ->
                    new CommandFailure(
                            ExitCode.FAILED, "NO_FOLDER", file + " is not a folder", "", plain);
            case DirectoryNotEmptyException full ->
                    new CommandFailure(
                            ExitCode.FAILED, "NOT_EMPTY", file + " is not empty", "", full);
            default ->
                    new CommandFailure(
                            ExitCode.FAILED,
                            "FILE_SYSTEM",
                            thrown.getReason() == null
                                    ? text(thrown)
                                    : file + ": " + thrown.getReason(),
                            "",
                            thrown);
        };
    }

    private static String text(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }
}
