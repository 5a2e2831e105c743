package org.stoq.cli.replay;

import java.io.Closeable;
import java.io.IOException;
import org.stoq.cli.CommandFailure;

/** Reads a trace from its beginning to its end, once. Belongs to one thread. */
interface TraceReader extends Closeable {
    /**
     * Goes on to the next request, the first one at first. Returns whether there is one.
     *
     * @throws CommandFailure TRACE_INVALID if what comes is no request
     */
    boolean next() throws IOException, CommandFailure;

    /** Returns when it was, in seconds of any origin. */
    double seconds();

    /** Returns which object it asks for. */
    long id();

    /** Returns the object's size in bytes, 0 or more. */
    long size();

    /** Returns where in the file it stands, such as {@code line 7}. */
    String place();
}
