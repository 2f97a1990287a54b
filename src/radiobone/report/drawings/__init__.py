"""Every figure of the report by its name, with its title and caption: for the page, notebooks and manuscripts."""
