package org.stoq.cli.terminal;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Where a command's words go: results to standard output, everything else to standard error. With
 * {@code --json} a result is one JSON object in one line and nothing else is said but warnings and
 * errors. Thread-safe.
 */
public final class Terminal {
    /**
     * What is wanted on the screen.
     *
     * @param json results as JSON
     * @param quiet only results, warnings and errors
     * @param bars whether progress is drawn: somebody looks, and has not said no
     */
    public record Manner(boolean json, boolean quiet, boolean bars) {}

    private final PrintStream out;
    private final PrintStream err;
    private final PrintStream people;
    private final PrintStream complaints;
    private final Manner manner;
    private final LongSupplier nanoClock;
    private final JsonOutput json = new JsonOutput();

    /** Creates a terminal over two streams. */
    public Terminal(PrintStream out, PrintStream err, Manner manner, LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.people = new PrintStream(new PlainText(out), false, StandardCharsets.UTF_8);
        this.complaints = new PrintStream(new PlainText(err), true, StandardCharsets.UTF_8);
        this.manner = manner;
        this.nanoClock = nanoClock;
    }

    /** Returns whether results are JSON. */
    public boolean json() {
        return manner.json;
    }

    /** Returns standard output for text: control characters in it are made visible. */
    public PrintStream people() {
        return people;
    }

    /** Returns standard output, for content that is passed through. */
    public PrintStream out() {
        return out;
    }

    /** Prints a result: the value as JSON, or what the writer makes of it for a person. */
    public void result(Object value, Consumer<PrintStream> forPeople) {
        if (manner.json) {
            out.println(json.text(value));
        } else {
            forPeople.accept(people);
            people.flush();
        }
        out.flush();
    }

    /** Says what is going on, to a person who wants to know. */
    public void note(String text) {
        if (!manner.json && !manner.quiet) {
            complaints.println(text);
            complaints.flush();
        }
    }

    /** Says that something was left out or is not as it should be; the command goes on. */
    public void warn(String text) {
        complaints.println("warning: " + text);
        complaints.flush();
    }

    /** Says why the command ends. */
    public void error(String code, String message, String hint) {
        if (manner.json) {
            err.println(json.text(new Failed(new Failure(code, message, hint))));
        } else {
            complaints.println("stoq: " + message);
            if (!hint.isEmpty()) {
                complaints.println("hint: " + hint);
            }
        }
        complaints.flush();
        err.flush();
    }

    /** Prints a stack trace, for who has asked for it. */
    public void trace(Throwable failure) {
        failure.printStackTrace(err);
        err.flush();
    }

    /** Begins a bar over bytes. */
    public Progress bytes(String label, OptionalLong total) {
        return new Progress(label, total, true, err, manner.bars, nanoClock);
    }

    /** Begins a bar over bytes whose total is told later. */
    public Gauge gauge(String label) {
        return new Gauge(this, label);
    }

    /** Begins a bar over things. */
    public Progress items(String label, OptionalLong total) {
        return new Progress(label, total, false, err, manner.bars, nanoClock);
    }

    /** The shape of an error in JSON. */
    private record Failed(Failure error) {}

    private record Failure(String code, String message, String hint) {}
}
