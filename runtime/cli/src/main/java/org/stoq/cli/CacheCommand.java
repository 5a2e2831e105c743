package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq cache}: what stays in memory. */
@Command(
        name = "cache",
        header = "Judge cache policies on a trace of requests.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq cache replay --trace day.csv --size 64MB      what each policy would have missed"
        },
        subcommands = CacheReplayCommand.class)
final class CacheCommand {}
