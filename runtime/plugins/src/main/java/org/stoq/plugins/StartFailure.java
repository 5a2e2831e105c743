package org.stoq.plugins;

import java.io.Serial;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.BundleException;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;

/**
 * A plug-in that does not start. Holds the reason as text alone: the exception behind it may be of
 * a class of the plug-in, which is to be forgotten.
 */
final class StartFailure extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private static final Pattern MISSING =
            Pattern.compile("] ([\\w.]+); (\\(.*?\\))(?= Unresolved requirements:|]|$)");
    private static final Pattern ATTRIBUTE = Pattern.compile("\\(([\\w.]+)(>=|<=|=|<)([^()]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^()]*)\\)\\)");
    private static final int LONGEST = 500;

    private final boolean unresolved;

    private StartFailure(String reason, boolean unresolved) {
        super(reason, null, false, false);
        this.unresolved = unresolved;
    }

    /** Returns the failure that an exception of the framework means. */
    static StartFailure of(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof BundleException refusal) {
            if (refusal.getType() == BundleException.RESOLVE_ERROR) {
                return new StartFailure(missing(message), true);
            }
            Throwable cause = refusal.getCause();
            if (refusal.getType() == BundleException.ACTIVATOR_ERROR && cause != null) {
                return new StartFailure(
                        "its activator failed: " + firstLine(cause.toString()), false);
            }
        }
        return new StartFailure(firstLine(failure.toString()), false);
    }

    /** Returns the same failure of a plug-in that was interrupted after so long. */
    StartFailure after(Duration limit) {
        return new StartFailure(
                "it did not start within %d ms; %s".formatted(limit.toMillis(), reason()),
                unresolved);
    }

    /** Returns the reason, for a person. */
    String reason() {
        return String.valueOf(getMessage());
    }

    /** Returns whether another plug-in may bring what is missing. */
    boolean isUnresolved() {
        return unresolved;
    }

    /** Finds in the framework's words what is missing in the end, behind all that needs it. */
    private static String missing(String message) {
        Matcher matcher = MISSING.matcher(message);
        String namespace = "";
        String filter = "";
        while (matcher.find()) {
            namespace = matcher.group(1);
            filter = matcher.group(2);
        }
        String name = "";
        StringBuilder range = new StringBuilder();
        Matcher attribute = ATTRIBUTE.matcher(BELOW.matcher(filter).replaceAll("(version<$1)"));
        while (attribute.find()) {
            if (attribute.group(1).equals(namespace)) {
                name = attribute.group(3);
            } else {
                range.append(range.isEmpty() ? "" : ", ")
                        .append(attribute.group(1))
                        .append(attribute.group(2))
                        .append(attribute.group(3));
            }
        }
        String needs = range.isEmpty() ? name : name + " with " + range;
        return switch (namespace) {
            case "" -> firstLine(message);
            case PackageNamespace.PACKAGE_NAMESPACE ->
                    "it needs the package %s, which no bundle here provides".formatted(needs);
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
                    "it needs another Java: " + needs;
            default -> "it needs %s %s, which is not here".formatted(namespace, filter);
        };
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() > LONGEST ? line.substring(0, LONGEST) : line;
    }
}
