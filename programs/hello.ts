/**
 * Says hello, and what it was told: its arguments, its environment, the time.
 *
 *     npx slopos run programs/hello.ts one two
 */

const names = process.argv;
console.log(`Hello from TypeScript, on frames that the kernel lends. I am ${names[0]}.`);
for (let index = 1; index < names.length; ++index) {
  console.log(`argument ${index}: ${names[index]}`);
}

const variables = process.env.keys();
for (let index = 0; index < variables.length; ++index) {
  console.log(`${variables[index]} is ${process.env.get(variables[index])}`);
}

console.log(`It is ${new Date(Date.now()).toISOString()}.`);
