package org.stoq.sdk.function;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.strategy.Strategy;

/** Runs functions of one or more languages, contained. Any thread. */
@ConsumerType
public interface FunctionRuntime extends Strategy {
    /** Returns whether it runs sources of that media type, such as {@code text/javascript}. */
    boolean runs(String mediaType);

    /**
     * Compiles a function. Blocks for as long as that takes.
     *
     * @throws StoqException INVALID_REQUEST with line and column if the source is wrong,
     *     UNSUPPORTED for a language that it does not run
     */
    LoadedFunction load(FunctionSource source) throws StoqException;
}
