package org.stoq.cli;

import java.util.concurrent.Callable;

/** A command that can be run. */
interface Verb extends Callable<Integer> {
    /**
     * Runs it.
     *
     * @throws Exception anything; {@link Failures} makes a message, a hint and an exit code of it
     */
    ExitCode run() throws Exception;

    @Override
    default Integer call() throws Exception {
        return run().number();
    }
}
