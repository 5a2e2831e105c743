package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq config}: the file {@code stoq.toml}. */
@Command(
        name = "config",
        header = "Check, show or begin a configuration file.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq config init stoq.toml     every key, commented, with its default",
            "  stoq config check stoq.toml    every fault at once; what a running node takes over",
            "  stoq config show               what is in force, and where each value comes from"
        },
        subcommands = {ConfigCheckCommand.class, ConfigShowCommand.class, ConfigInitCommand.class})
final class ConfigCommand {}
