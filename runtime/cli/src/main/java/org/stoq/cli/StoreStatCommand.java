package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq store stat}. */
@Command(name = "stat", header = "Show how full the content store is.")
final class StoreStatCommand implements Verb {
    private final Invocation invocation;

    StoreStatCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        try (NodeAccess node = invocation.connect()) {
            ContentCounters.Store store = ContentCounters.of(node.content().stats()).store();
            invocation.terminal().result(store, store::print);
        }
        return ExitCode.OK;
    }
}
