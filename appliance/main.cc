#include "appliance/cli/cli.h"

int main(int argc, char** argv) { return heirloom::cli::Run(argc, argv); }
