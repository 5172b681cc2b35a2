using Strongroom.Server;

return await ServerProgram.RunAsync(args);
