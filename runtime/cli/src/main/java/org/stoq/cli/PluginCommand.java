package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq plugin}: what can be swapped while the node runs. */
@Command(
        name = "plugin",
        header = "List, install and remove plug-ins of a running node.",
        description =
                "A plug-in is an OSGi bundle. It can also be moved into the node's plugins folder"
                        + " by hand: write it to another name first, then mv it there.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq plugin list",
            "  stoq plugin install cache-policy-1.1.0.jar    a newer version replaces the old one",
            "  stoq plugin remove cache-policy-1.1.0.jar"
        },
        subcommands = {
            PluginListCommand.class,
            PluginInstallCommand.class,
            PluginRemoveCommand.class
        })
final class PluginCommand {}
